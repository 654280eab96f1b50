/*
 * A foreign segment that the owner of the connection would not accept does not move the connection. Examples are an old
 * duplicate, a blind reset, and data beyond the window. The segment is relayed to the owner, which answers as TCP
 * requires. Otherwise the policy has no opinion.
 */
#include "host-sw/policy/policy.h"

static enum policy_verdict on_frame(struct policy *policy, const struct policy_frame *frame)
{
    (void)policy;
    return frame->is_foreign && !frame->is_acceptable ? POLICY_FORWARD : POLICY_NEXT;
}

extern const struct policy_ops policy_validate;
const struct policy_ops policy_validate = {.name = "validate", .on_frame = on_frame};
