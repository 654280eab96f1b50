/* Every foreign frame moves its connection, as far as the progress rule (DESIGN 6) allows. */
#include "host-sw/team/policy.h"
#include "models/base/planted.h"

/* Only a frame younger than the last move may move again, and only once that move was of use: a
 * frame was applied under this generation. So two ports that take turns cannot move a connection
 * for ever without work being done. */
static enum policy_verdict on_foreign(const struct dir_entry *entry, const struct dir_frame *frame)
{
    if ((!entry->applied && !PLANTED(moves_without_work)) || frame->mac_time_ps <= entry->t0_ps)
        return POLICY_SUPPRESS;
    return POLICY_MOVE;
}

const struct policy_ops policy_first_packet = {"first_packet", on_foreign};
