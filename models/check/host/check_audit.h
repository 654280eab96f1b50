/*
 * I-AUDIT: the state at the end of a run. Everything that was taken during a run (buffers, held frames,
 * rings, numbers of connections, entries of tables) must have a user. If nothing is under way any more, no
 * resource that only moves and frames in flight need may remain.
 */
#ifndef TOESIM_CHECK_CHECK_AUDIT_H
#define TOESIM_CHECK_CHECK_AUDIT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct check;

/*
 * One kind of resource that is taken and given back, checked at the end of each run. `kept` is how many are
 * taken according to their owner, `claimed` how many their users have. A difference violates I-AUDIT.
 */
struct check_account {
    const char *what; /* "references to frame buffers" */
    uint64_t kept, claimed;
};
void check_settle(struct check *check, const struct check_account *account, uint64_t now_ps);

/* Checks resources that must be free when nothing is under way: connections that a NIC has begun to take or
 * to give (only ACTIVE and ABSENT may remain), and held frames. `entries[nic]` is the number of tuples in
 * the lookup table of that NIC's context cache. */
void check_settle_rest(struct check *check, const uint64_t entries[2], uint64_t now_ps);

#ifdef __cplusplus
}
#endif

#endif
