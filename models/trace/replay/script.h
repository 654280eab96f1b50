/* Turns the two streams of a conversation into what is replayed: the client's segments and the
 * steps of both applications. */
#ifndef TOESIM_TRACE_SCRIPT_H
#define TOESIM_TRACE_SCRIPT_H

#include "models/trace/capture/capture.h"
#include "models/trace/conversation/stream.h"
#include "models/trace/conversation/stream_progress.h"

struct script_input {
    const struct payload_store *store;
    struct conv_view *view;
    const struct stream *client, *server;
    uint8_t client_dir;
    uint8_t client_ws; /* of its SYN */
    bool timestamps;   /* both SYNs had the option */
    uint32_t mtu_bytes;
    size_t reset; /* index in the view of the reset that ends it; SIZE_MAX: none */
};

/* Fills segments_at, segment_count; counts split ones. False: out of memory, the disk failed, or stopped.
 * Makes two passes over the view. */
bool script_client(const struct script_input *in, struct conversation *conv, uint64_t *split);

/* What both applications did. Fills steps_at and their counts. False as above. */
bool script_applications(const struct script_input *in, struct conversation *conv);

#endif
