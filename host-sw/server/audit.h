/* Accounts of the program's resources. */
#ifndef TOESIM_HOST_SERVER_AUDIT_H
#define TOESIM_HOST_SERVER_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct host_sw;

/* The account of one kind of resource: the number that its owner has given out (kept), and the number that its users
 * have (claimed), counted one by one. */
struct host_sw_account {
    const char *what; /* static text, plural */
    uint64_t kept, claimed;
};
enum { HOST_SW_ACCOUNTS_MAX = 24 };
/* Fills accounts and returns their number, or 0 if the program has not started. kept and claimed must be equal in each.
 * at_rest is true if nothing is under way anywhere, which allows more accounts. */
size_t host_sw_audit(const struct host_sw *sw, bool at_rest,
                     struct host_sw_account accounts[HOST_SW_ACCOUNTS_MAX]);
/* Returns the number of pages of host memory that the program has. Not to be called while stores of a step are
 * outstanding. */
uint64_t host_sw_memory_pages(const struct host_sw *sw);

#ifdef __cplusplus
}
#endif

#endif
