/* What the online checkers allow in a system, because of its latencies and its clocks. */
#ifndef TOESIM_SIM_CHECK_LIMITS_H
#define TOESIM_SIM_CHECK_LIMITS_H

#include "sim/scenario/config.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The time that is added to every limit: sixteen times the sum of all latencies of the slower NIC. */
uint64_t check_limits_slack_ps(const struct sim_config *config);

/* What the time of a NIC may differ from that of the host or the other NIC; 0 unless the NICs have clocks of their own. It
 * is what the clocks gain until they are set again, and the part of the driver's read that went one way and not back. */
uint64_t check_limits_clock_ps(const struct sim_config *config);

#ifdef __cplusplus
}
#endif

#endif
