/* The server of packet scripts on two TOE engines with fakes around them (toe_rig.h). The port policy
 * says which engine each segment reaches; the connection is moved there first, the segment held. */
#ifndef TOESIM_TEST_PKT_RIG_H
#define TOESIM_TEST_PKT_RIG_H

#include "models/script/pkt_play.h"

/* Plays the script once; ip_version is 4 or 6. */
void pkt_rig_play(const struct pkt_script *script, enum pkt_policy policy, uint8_t ip_version,
                  struct pkt_result *result);

#endif
