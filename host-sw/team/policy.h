/* What to do with a foreign frame of a connection that the other NIC owns: one file for each
 * policy. */
#ifndef TOESIM_HOST_TEAM_POLICY_H
#define TOESIM_HOST_TEAM_POLICY_H

#include "host-sw/team/directory.h"

enum policy_verdict {
    POLICY_MOVE,     /* reload the connection on the NIC that received the frame */
    POLICY_FORWARD,  /* inject the frame at the owner */
    POLICY_SUPPRESS, /* as FORWARD; a move was due but for the progress rule */
};

struct policy_ops {
    const char *name;
    /* frame has good checksums and is no SYN. */
    enum policy_verdict (*on_foreign)(const struct dir_entry *entry, const struct dir_frame *frame);
};

extern const struct policy_ops policy_first_packet; /* Q0: the first foreign frame moves */
extern const struct policy_ops policy_forward;      /* F1: never move */

#endif
