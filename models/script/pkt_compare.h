/* Compares a segment that the tested TCP has sent with the one that the script expects. */
#ifndef TOESIM_SCRIPT_PKT_COMPARE_H
#define TOESIM_SCRIPT_PKT_COMPARE_H

#include "models/script/pkt_play.h"

#ifdef __cplusplus
extern "C" {
#endif

const char *pkt_policy_name(enum pkt_policy policy);

/* True when both sent the same segments with the same echoed stamps, with windows and at times that
 * differ by no more than docs/moves.md allows: a window is never smaller, and larger by up to
 * window_slack; times differ by PKT_TIME_PERCENT and PKT_TIME_SLACK_PS. Else where they part is
 * written to why. */
bool pkt_same(const struct pkt_result *plain, const struct pkt_result *moved,
              char why[PKT_ERROR_MAX]);

#ifdef __cplusplus
}
#endif

#endif
