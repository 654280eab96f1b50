/* Connections stay where they were opened; foreign frames are relayed for ever. */
#include "host-sw/team/policy.h"

static enum policy_verdict on_foreign(const struct dir_entry *entry, const struct dir_frame *frame)
{
    (void)entry;
    (void)frame;
    return POLICY_FORWARD;
}

const struct policy_ops policy_forward = {"forward", on_foreign};
