/*
 * I-AUDIT: what is left when a run ends. Everything that is taken during a run (buffers, held frames,
 * rings, numbers of connections, entries of tables) has somebody who uses it. Where nothing is under
 * way any more, nothing is left of what only moves and frames in flight need.
 */
#ifndef TOESIM_CHECK_CHECK_AUDIT_H
#define TOESIM_CHECK_CHECK_AUDIT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct check;

/*
 * At the end of each run: a kind of thing that is taken and given back. kept: how many are out, as
 * their owner counts; claimed: how many those who use them have. Different: I-AUDIT.
 */
struct check_account {
    const char *what; /* "references to frame buffers" */
    uint64_t kept, claimed;
};
void check_settle(struct check *check, const struct check_account *account, uint64_t now_ps);

/* The same for what must be over when nothing is under way anywhere: connections that a NIC has
 * begun to take or to give (nothing but ACTIVE and ABSENT is left), and frames that are held.
 * entries[nic]: tuples in the lookup table of that NIC's context cache. */
void check_settle_rest(struct check *check, const uint64_t entries[2], uint64_t now_ps);

#ifdef __cplusplus
}
#endif

#endif
