/* The words that scripts use for the enumerations of the hardware/software contract, and the parameters of a script. */
#ifndef TOESIM_SCRIPT_PKT_NAMES_H
#define TOESIM_SCRIPT_PKT_NAMES_H

#include "models/script/pkt_script.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Overwrites the parameters of the server's stack that the script sets. */
void pkt_script_params(const struct pkt_script *script, struct tcp_params *params);

/* Words of `state` and `closed` for an enum tcp_state, of `terminated` for an enum nic_term_cause, of
 * `notice` for an enum nic_notice. */
const char *pkt_state_name(unsigned state);
const char *pkt_cause_name(unsigned cause);
const char *pkt_notice_name(unsigned notice);

/* Returns the option with this name, or PKT_OPTION_COUNT if there is none. */
enum pkt_option pkt_option_of(const char *name);

#ifdef __cplusplus
}
#endif

#endif
