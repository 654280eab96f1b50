/* Accounts of the resources of the team's program. host_sw_audit() and host_sw_memory_pages() say what they return. */
#ifndef TOESIM_HOST_SERVER_AUDIT_H
#define TOESIM_HOST_SERVER_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct host_sw;
struct host_sw_account;

size_t audit_accounts(const struct host_sw *sw, bool at_rest, struct host_sw_account *accounts);
uint64_t audit_memory_pages(const struct host_sw *sw);

#ifdef __cplusplus
}
#endif

#endif
