/* Words of scripts for what the hardware/software contract numbers, and a script's knobs. */
#ifndef TOESIM_SCRIPT_PKT_NAMES_H
#define TOESIM_SCRIPT_PKT_NAMES_H

#include "models/script/pkt_script.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the script sets, over params of the server's stack. */
void pkt_script_params(const struct pkt_script *script, struct tcp_params *params);

/* Words of `state` and `closed` for an enum tcp_state, of `terminated` for an enum nic_term_cause, of
 * `notice` for an enum nic_notice. */
const char *pkt_state_name(unsigned state);
const char *pkt_cause_name(unsigned cause);
const char *pkt_notice_name(unsigned notice);

/* PKT_OPTION_COUNT: no option has this name. */
enum pkt_option pkt_option_of(const char *name);

#ifdef __cplusplus
}
#endif

#endif
