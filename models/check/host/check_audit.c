#include "models/check/host/check_audit.h"

#include "models/check/check_state.h"

static void fail(struct check *check, uint64_t now_ps, uint32_t conn, const char *what,
                 uint64_t kept, uint64_t claimed)
{
    struct probe_event at = {
        .now_ps = now_ps, .conn = conn, .kind = PROBE_DIR_STATE, .nic = PLACE_HOST};
    check_fail(check, INVARIANT_AUDIT, &at, "%s: %llu are given out, but %llu are accounted for",
               what, (unsigned long long)kept, (unsigned long long)claimed);
}

void check_settle(struct check *check, const struct check_account *account, uint64_t now_ps)
{
    if (account->kept != account->claimed)
        fail(check, now_ps, PROBE_NO_CONN, account->what, account->kept, account->claimed);
}

/* A NIC has a connection or does not have it; a tombstone or a reservation must belong to a move. */
static void settle_conn(struct check *check, uint32_t conn, uint64_t served[NIC_COUNT],
                        uint64_t now_ps)
{
    const struct check_conn *c = check->conns[conn];
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        if (check->ever_fenced[nic])
            continue;
        served[nic] += c->own[nic] == OWN_ACTIVE;
        if (c->own[nic] == OWN_ACTIVE || c->own[nic] == OWN_ABSENT)
            continue;
        struct probe_event at = {.now_ps = now_ps,
                                 .own.state = c->own[nic],
                                 .conn = conn,
                                 .gen = c->own_gen[nic],
                                 .nic = (uint8_t)nic,
                                 .kind = PROBE_OWN_STATE};
        check_fail(check, INVARIANT_AUDIT, &at,
                   "nic%u keeps own_state %u, but no move is under way", nic, c->own[nic]);
    }
    if (c->hold.frames)
        fail(check, now_ps, conn, "held frames", c->hold.frames, 0);
}

void check_settle_rest(struct check *check, const uint64_t entries[NIC_COUNT], uint64_t now_ps)
{
    uint64_t served[NIC_COUNT] = {0};
    for (uint32_t conn = 0; conn < check->conn_end; conn++)
        if (check->conns[conn])
            settle_conn(check, conn, served, now_ps);
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        if (!check->ever_fenced[nic] && entries[nic] != served[nic])
            fail(check, now_ps, PROBE_NO_CONN, "tuples in a context cache", entries[nic],
                 served[nic]);
}
