#include "models/trace/script.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { IPV4_HEADER = 20, IPV6_HEADER = 40, PIECE_MIN = 64 };
enum { OPT_END = 0, OPT_NOP = 1, OPT_TS = 8, TS_BYTES = 10, TS_OPTION_BYTES = 12 };

/* Payload of one frame of the MTU, TCP options not yet deducted. */
static uint32_t mtu_payload(const struct script_input *in, const struct conversation *conv)
{
    uint32_t ip = conv->key.ip_version == 4 ? IPV4_HEADER : IPV6_HEADER;
    return in->mtu_bytes - ip - TCP_HEADER_MIN;
}

/* Payload of the pieces an oversize segment is cut into: what the adapter would have made. */
static uint32_t piece_payload(const struct script_input *in, const struct conversation *conv,
                              uint32_t options_len)
{
    uint32_t mss = mtu_payload(in, conv);
    if (conv->server_mss >= PIECE_MIN && conv->server_mss < mss)
        mss = conv->server_mss;
    return mss - options_len;
}

static size_t pieces_of(const struct script_input *in, const struct conversation *conv,
                        const struct raw_segment *seg)
{
    if (seg->payload_len + seg->options_len <= mtu_payload(in, conv))
        return 1;
    uint32_t piece = piece_payload(in, conv, seg->options_len);
    return (seg->payload_len + piece - 1) / piece;
}

/* One piece of a captured segment, whose first byte is at this offset of the stream. FIN and PSH belong to the last one, CWR to the first (RFC 3168
 * 6.1.2), the urgent pointer counts from each piece's own number. */
static void piece_make(const struct raw_segment *seg, int64_t at, uint32_t from, uint32_t len,
                       struct client_segment *out)
{
    bool last = from + len == seg->payload_len;
    uint32_t captured = seg->payload_captured > from ? seg->payload_captured - from : 0;
    *out = (struct client_segment){
        .time_ps = seg->time_ps,
        .seq = seg->seq + from,
        .ack = seg->ack,
        .flags = seg->flags,
        .window = seg->window,
        .urgent = seg->urgent,
        .interface = seg->interface,
        .options_len = seg->options_len,
        .ttl = seg->ttl,
        .options_at = seg->payload_at - seg->options_len,
        .payload_at = seg->payload_at + from,
        .payload_len = len,
        .payload_captured = captured < len ? captured : len,
        .stream_at = at == STREAM_NOWHERE ? at : at + from,
        .ignored = seg->ignored,
        .false_sack = seg->false_sack,
    };
    if (!last)
        out->flags &= (uint16_t) ~(TCP_FIN | TCP_PSH);
    if (from > 0) {
        out->flags &= (uint16_t)~TCP_CWR;
        if (seg->urgent > from)
            out->urgent = (uint16_t)(seg->urgent - from);
        else
            out->flags &= (uint16_t)~TCP_URG;
    }
}

/* A server that takes no data with the SYN (RFC 7413 not offered) must get it afterwards: a segment
 * as the client would have sent it then. */
static void fast_open_make(const struct script_input *in, const struct conversation *conv,
                           const struct raw_segment *syn, uint8_t options[TS_OPTION_BYTES],
                           struct raw_segment *out)
{
    *out = *syn;
    out->seq = syn->seq + 1;
    out->ack = conv->server_isn + 1;
    out->flags = TCP_ACK | TCP_PSH;
    out->window = (uint16_t)(syn->window >> in->client_ws);
    out->options = options;
    out->options_len = 0;
    if (!in->timestamps)
        return;
    for (uint32_t at = 0; at + TS_BYTES <= syn->options_len;) {
        uint8_t kind = syn->options[at];
        if (kind == OPT_TS) {
            options[0] = options[1] = OPT_NOP;
            memcpy(options + 2, syn->options + at, TS_BYTES);
            out->options_len = TS_OPTION_BYTES;
            return;
        }
        if (kind == OPT_END)
            return;
        at += kind == OPT_NOP || syn->options[at + 1] < 2 ? 1u : syn->options[at + 1];
    }
}

static bool is_client(const struct script_input *in, size_t i)
{
    return in->view->segments[i]->dir == in->client_dir;
}

/* The SYN whose data no later segment carries; SIZE_MAX: none. */
static size_t fast_open_find(const struct script_input *in)
{
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < in->view->count; i++) {
        const struct raw_segment *seg = in->view->segments[i];
        if (!is_client(in, i) || !seg->payload_len || (seg->flags & TCP_RST) || seg->ignored)
            continue;
        if (seg->flags & TCP_SYN)
            found = i;
        else if (in->view->at[i] <= 0 && in->view->at[i] + seg->payload_len > 0)
            return SIZE_MAX;
    }
    return found;
}

/* A claim about a stream, as bytes of it. */
static uint64_t acked_clip(int64_t acked, const struct stream *stream)
{
    uint64_t bytes = acked < 0 ? 0 : (uint64_t)acked;
    return bytes > stream->len ? stream->len : bytes;
}

static size_t count_pieces(const struct script_input *in, const struct conversation *conv)
{
    size_t count = 0;
    for (size_t i = 0; i < in->view->count; i++) {
        const struct raw_segment *seg = in->view->segments[i];
        if (!is_client(in, i))
            continue;
        count += 1; /* of a SYN, whose data may follow */
        count += pieces_of(in, conv, seg);
    }
    return count;
}

struct client_output {
    struct client_segment *segments;
    size_t count;
    uint64_t split;
};

static void emit_pieces(const struct script_input *in, const struct conversation *conv,
                        const struct raw_segment *seg, int64_t at, bool ahead, uint64_t acked_bytes,
                        struct client_output *out)
{
    size_t pieces = pieces_of(in, conv, seg);
    uint32_t size = pieces == 1 ? seg->payload_len : piece_payload(in, conv, seg->options_len);
    for (size_t k = 0; k < pieces; k++) {
        uint32_t from = (uint32_t)k * size;
        uint32_t left = seg->payload_len - from;
        struct client_segment *piece = &out->segments[out->count++];
        piece_make(seg, at, from, left < size ? left : size, piece);
        piece->ahead = ahead;
        piece->acked_bytes = acked_bytes;
    }
    out->split += pieces - 1;
}

/* These were made here, and are nowhere in the file. */
static bool own_options(const struct payload_store *store, const uint8_t *options, uint32_t len,
                        struct client_output *out, size_t first)
{
    uint64_t at;
    if (!payload_keep(store, options, len, &at))
        return false;
    for (size_t i = first; i < out->count; i++)
        out->segments[i].options_at = at;
    return true;
}

static bool keep_one(struct spill *kept, const struct client_segment *segment, uint64_t *first)
{
    uint64_t at;
    if (!spill_append(kept, segment, CLIENT_SEGMENT_KEPT, &at))
        return false;
    if (first)
        *first = at;
    return true;
}

bool script_client(const struct script_input *in, struct conversation *conv, uint64_t *split)
{
    struct client_output out = {0};
    size_t room = count_pieces(in, conv), fast_open = fast_open_find(in);
    out.segments = malloc((room + 1) * sizeof *out.segments);
    if (!out.segments)
        return false;
    bool ok = true;
    int64_t acked = 0;
    struct stream_progress progress = {0};
    for (size_t i = 0; i < in->view->count; i++) {
        const struct raw_segment *seg = in->view->segments[i];
        if (!is_client(in, i)) {
            acked = in->view->acked[i] > acked ? in->view->acked[i] : acked;
            continue;
        }
        struct raw_segment bare = *seg;
        if (seg->flags & TCP_SYN)
            bare.payload_len = 0;
        bool ahead = !(seg->flags & TCP_RST) &&
                     stream_progress_add(&progress, in->view->at[i], seg->payload_len);
        uint64_t acked_bytes = acked_clip(acked, in->client);
        emit_pieces(in, conv, &bare, in->view->at[i], ahead, acked_bytes, &out);
        if (i == fast_open) {
            uint8_t options[TS_OPTION_BYTES];
            fast_open_make(in, conv, seg, options, &bare);
            size_t first = out.count;
            emit_pieces(in, conv, &bare, in->view->at[i], false, acked_bytes, &out);
            ok = ok && own_options(in->store, options, bare.options_len, &out, first);
        }
    }
    assert(out.count <= room);
    for (size_t i = 0; ok && i < out.count; i++)
        ok = keep_one(in->store->kept, &out.segments[i], i == 0 ? &conv->segments_at : NULL);
    conv->segment_count = out.count;
    *split += out.split;
    free(out.segments);
    return ok;
}
