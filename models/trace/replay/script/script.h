/* Converts the two streams of a conversation into its replay: the client's segments and the steps of both
 * applications. */
#ifndef TOESIM_TRACE_SCRIPT_H
#define TOESIM_TRACE_SCRIPT_H

#include "models/trace/capture/capture.h"
#include "models/trace/conversation/stream/stream.h"
#include "models/trace/conversation/stream/stream_progress.h"

struct script_input {
    const struct payload_store *store;
    struct conv_view *view;
    const struct stream *client, *server;
    uint8_t client_dir;
    uint8_t client_ws; /* of its SYN */
    bool timestamps;   /* both SYNs had the option */
    uint32_t mtu_bytes;
    size_t reset; /* index in the view of the reset that ends it, or SIZE_MAX */
};

/* Writes the client's segments and sets segments_at and segment_count in two passes over the view. *split counts the
 * extra segments. Returns false if memory is short, the disk failed, or the work was stopped. */
bool script_client(const struct script_input *in, struct conversation *conv, uint64_t *split);

#endif
