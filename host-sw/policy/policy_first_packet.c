/* The first foreign frame moves its connection. */
#include "host-sw/policy/policy.h"

static enum policy_verdict on_frame(struct policy *policy, const struct policy_frame *frame)
{
    (void)policy;
    return frame->is_foreign ? POLICY_MOVE : POLICY_NEXT;
}

extern const struct policy_ops policy_first_packet;
const struct policy_ops policy_first_packet = {.name = "first-packet", .on_frame = on_frame};
