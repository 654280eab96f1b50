/* The server of packet scripts, made of two TOE engines with fakes around them (toe_rig.h). The
 * port policy chooses the engine for each segment. The connection is moved there first, while
 * the segment is held. */
#ifndef TOESIM_TEST_PKT_RIG_H
#define TOESIM_TEST_PKT_RIG_H

#include "models/script/pkt_play.h"

/* Plays the script once. ip_version is 4 or 6. */
void pkt_rig_play(const struct pkt_script *script, enum pkt_policy policy, uint8_t ip_version,
                  struct pkt_result *result);

#endif
