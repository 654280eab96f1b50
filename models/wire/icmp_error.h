/* What an ICMP error means for a connection. */
#ifndef TOESIM_WIRE_ICMP_ERROR_H
#define TOESIM_WIRE_ICMP_ERROR_H

#include "models/wire/icmp.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What an error says of a connection, and whether it is a hard one (RFC 9293 3.9.2.2); NONE: no error.
 */
enum nic_notice icmp_notice(const struct icmp_message *message, uint8_t ip_version, bool *is_hard);

#ifdef __cplusplus
}
#endif

#endif
