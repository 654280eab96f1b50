/* The state of a replay in endpoint mode and of its conversations. This header is internal to endpoint_*.c. */
#ifndef TOESIM_TRACE_ENDPOINT_PVT_H
#define TOESIM_TRACE_ENDPOINT_PVT_H

#include "models/trace/conversation/conv_check.h"
#include "models/trace/conversation/tuple_table.h"
#include "models/trace/endpoint/endpoint_peer.h"
#include "models/trace/endpoint/lwip_stack.h"
#include "models/trace/replay/conv_queue.h"
#include "models/trace/store/state_store.h"

/* The state exists while the conversation is open. When it has ended it is put away (state_store.h) until a late packet
 * arrives or leaves, and what can be read again is not kept. */
struct endpoint_conv {
    struct lwip_conn tcp; /* first: the stack's callbacks find the conversation by it */
    struct conv_check check;
    uint8_t client_mac[6];
    uint32_t index;
    uint64_t open_ps; /* its SYN, on the timeline */

    size_t step;       /* of the client's application, next to do */
    uint64_t step_len; /* bytes of it already given to the stack */
    uint64_t received; /* bytes of the server's stream */
    uint64_t acked;    /* bytes of the client's stream, by the server */

    bool opened, connected, server_fin;
    bool rst_sent;
    bool server_ended; /* its application has seen the end */
    bool over;         /* the transport has ended; only the check of bytes is left */
    bool touched;      /* in the list of conversations to look at */
    bool news;         /* the stack has reported an event since progress_ps */

    bool any_sent;    /* snd_max is valid */
    uint32_t snd_max; /* end of the bytes sent, to recognize retransmissions */
    uint64_t progress_ps;
    uint64_t looked_ps; /* when it was last asked whether the server still tries */
    size_t queue_at;    /* conv_queue.h */

    /* What follows is never kept. */
    struct app_step ahead; /* the step with number ahead_index, */
    size_t ahead_index;    /* plus 1; 0: none was read so far */
    struct conversation captured;
};

struct endpoint_peer {
    struct replay_params params;
    const struct capture *capture;
    struct frame_pool *pool;
    struct frame_sink uplink;
    const struct waker *waker;
    struct lwip_stack *stack;
    struct tuple_table tuples;
    struct state_store *convs;     /* of struct endpoint_conv */
    size_t conv_count, open_count; /* open: not done */
    struct conv_queue queue;
    uint32_t *touched; /* conversations to look at after a call into the stack */
    size_t touched_count, touched_capacity;
    struct conv_result result;  /* the one that was asked for last */
    struct frame *first, *last; /* waiting for the uplink */
    uint64_t uplink_free_ps;
    uint64_t steps_total, steps_done;
    struct replay_stats stats;
    uint8_t bytes[1 << 17]; /* on their way to the stack; more than it takes at a time */
};

#endif
