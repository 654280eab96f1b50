/*
 * A connection is closing when the peer's FIN has come or the application has closed. Such a connection does not move,
 * because relaying its last few frames costs less than a move. Otherwise the policy has no opinion.
 */
#include "host-sw/policy/policy.h"

static enum policy_verdict on_frame(struct policy *policy, const struct policy_frame *frame)
{
    (void)policy;
    return frame->is_foreign && frame->is_closing ? POLICY_FORWARD : POLICY_NEXT;
}

extern const struct policy_ops policy_phase;
const struct policy_ops policy_phase = {.name = "phase", .on_frame = on_frame};
