/* One packet script in the whole simulated system: switch, MAC, caches, engines, PCIe, driver. */
#ifndef TOESIM_SIM_SCRIPT_RUN_H
#define TOESIM_SIM_SCRIPT_RUN_H

#include "models/base/status.h"
#include "models/script/pkt_play.h"

#ifdef __cplusplus
extern "C" {
#endif

struct script_options {
    enum pkt_policy policy;
    uint8_t ip_version;      /* 4 or 6 */
    const char *const *sets; /* KEY=VALUE over what the script sets; borrowed */
    size_t set_count;
};

/* Makes the process's one simulation and plays the script in it. STATUS_OK: it was played, result
 * says how it went, also when an invariant was violated. Else the simulation could not be made:
 * err. */
enum status script_run(const struct pkt_script *script, const struct script_options *options,
                       struct pkt_result *result, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
