/* Maps ICMP errors to their meaning for a connection. */
#ifndef TOESIM_WIRE_ICMP_ERROR_H
#define TOESIM_WIRE_ICMP_ERROR_H

#include "models/wire/icmp.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Returns the notice for an ICMP message and tells whether it is a hard error (RFC 9293 3.9.2.2). Returns
 * NIC_NOTICE_NONE if the message is no error. */
enum nic_notice icmp_notice(const struct icmp_message *message, uint8_t ip_version, bool *is_hard);

#ifdef __cplusplus
}
#endif

#endif
