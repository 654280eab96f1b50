#include "models/trace/replay/script/script.h"

#include "models/trace/replay/script/script_rows.h"

#include <string.h>

enum { IPV4_HEADER = 20, IPV6_HEADER = 40, PIECE_MIN = 64 };
enum { OPT_END = 0, OPT_NOP = 1, OPT_TS = 8, TS_BYTES = 10, TS_OPTION_BYTES = 12 };
enum { REPLAY_OPTIONS = 40 };

/* Returns the payload of one frame of MTU size, without deduction of TCP options. */
static uint32_t mtu_payload(const struct script_input *in, const struct conversation *conv)
{
    uint32_t ip = conv->key.ip_version == 4 ? IPV4_HEADER : IPV6_HEADER;
    return in->mtu_bytes - ip - TCP_HEADER_MIN;
}

/* Returns the payload of the pieces into which an oversize segment is split, as the adapter would have split it. */
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

/* Makes one piece of a captured segment. `at` is the stream offset of the segment's first byte. FIN and PSH belong to the
 * last piece and CWR to the first (RFC 3168 6.1.2). The urgent pointer counts from each piece's own sequence number. */
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

/* Makes a timestamp option for a later segment from that of a SYN. Returns its length, or 0 if the SYN has none. */
static uint8_t timestamp_option(const struct script_input *in, const struct raw_segment *syn,
                                uint8_t option[TS_OPTION_BYTES])
{
    uint8_t options[REPLAY_OPTIONS];
    uint32_t len = in->timestamps ? view_options(in->view, syn, options) : 0;
    for (uint32_t at = 0; at + TS_BYTES <= len;) {
        if (options[at] == OPT_TS) {
            option[0] = option[1] = OPT_NOP;
            memcpy(option + 2, options + at, TS_BYTES);
            return TS_OPTION_BYTES;
        }
        if (options[at] == OPT_END)
            return 0;
        at += options[at] == OPT_NOP || options[at + 1] < 2 ? 1u : options[at + 1];
    }
    return 0;
}

/* Makes a segment with the data of a SYN. The simulated server does not offer RFC 7413 and accepts no data with the SYN,
 * so the client sends the data after the handshake. */
static void fast_open_make(const struct script_input *in, const struct conversation *conv,
                           const struct raw_segment *syn, struct raw_segment *out)
{
    *out = *syn;
    out->seq = syn->seq + 1;
    out->ack = conv->server_isn + 1;
    out->flags = TCP_ACK | TCP_PSH;
    out->window = (uint16_t)(syn->window >> in->client_ws);
}

/* Returns the index of the SYN whose data no later segment carries, or SIZE_MAX if there is none. */
static size_t fast_open_find(const struct script_input *in)
{
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < in->view->count; i++) {
        const struct raw_segment *seg = view_get(in->view, i);
        if (seg->dir != in->client_dir || !seg->payload_len || (seg->flags & TCP_RST) ||
            seg->ignored)
            continue;
        if (seg->flags & TCP_SYN) {
            found = i;
        } else if (seg->at <= 0 && seg->at + seg->payload_len > 0) {
            found = SIZE_MAX;
            break;
        }
    }
    view_pass(in->view);
    return found;
}

/* Converts an acknowledged offset to a number of bytes of the stream. */
static uint64_t acked_clip(int64_t acked, const struct stream *stream)
{
    uint64_t bytes = acked < 0 ? 0 : (uint64_t)acked;
    return bytes > stream->len ? stream->len : bytes;
}

struct client_output {
    const struct script_input *in;
    const struct conversation *conv;
    struct row_writer writer;
    struct stream_progress progress;
    int64_t acked; /* of the client's stream, so far */
    uint64_t split;
};

/* Writes the pieces of a segment. `options_at` is the reference of the options if they are not directly before the
 * payload, otherwise PAYLOAD_NONE. */
static bool emit_pieces(struct client_output *out, const struct raw_segment *seg, bool ahead,
                        uint64_t options_at)
{
    size_t pieces = pieces_of(out->in, out->conv, seg);
    uint32_t size =
        pieces == 1 ? seg->payload_len : piece_payload(out->in, out->conv, seg->options_len);
    for (size_t k = 0; k < pieces; k++) {
        uint32_t from = (uint32_t)k * size;
        uint32_t left = seg->payload_len - from;
        struct client_segment piece;
        struct row row;
        piece_make(seg, seg->at, from, left < size ? left : size, &piece);
        piece.ahead = ahead;
        piece.acked_bytes = acked_clip(out->acked, out->in->client);
        if (options_at != PAYLOAD_NONE)
            piece.options_at = options_at;
        client_segment_pack(&piece, &row);
        if (!row_writer_add(&out->writer, &row))
            return false;
    }
    out->split += pieces - 1;
    return true;
}

/* Writes the data of a SYN as a segment. Its options are generated here, so they are not in the file. */
static bool emit_fast_open(struct client_output *out, const struct raw_segment *syn)
{
    struct raw_segment data;
    uint8_t option[TS_OPTION_BYTES];
    uint64_t at;
    fast_open_make(out->in, out->conv, syn, &data);
    data.options_len = timestamp_option(out->in, syn, option);
    return payload_keep(out->in->store, option, data.options_len, &at) &&
           emit_pieces(out, &data, false, at);
}

static bool emit_segment(struct client_output *out, const struct raw_segment *seg,
                         bool is_fast_open)
{
    struct raw_segment bare = *seg;
    if (seg->flags & TCP_SYN)
        bare.payload_len = 0;
    bool ahead =
        !(seg->flags & TCP_RST) && stream_progress_add(&out->progress, seg->at, seg->payload_len);
    return emit_pieces(out, &bare, ahead, PAYLOAD_NONE) &&
           (!is_fast_open || emit_fast_open(out, seg));
}

bool script_client(const struct script_input *in, struct conversation *conv, uint64_t *split)
{
    struct client_output out = {.in = in, .conv = conv};
    size_t fast_open = fast_open_find(in);
    row_writer_begin(&out.writer, in->store->kept, &client_segment_shape);
    bool ok = true;
    for (size_t i = 0; ok && i < in->view->count; i++) {
        struct raw_segment seg = *view_get(in->view, i);
        if (seg.dir == in->client_dir)
            ok = emit_segment(&out, &seg, i == fast_open);
        else if (seg.acked > out.acked)
            out.acked = seg.acked;
    }
    view_pass(in->view);
    struct row_list list;
    ok = row_writer_end(&out.writer, &list) && ok;
    conv->segments_at = list.blocks_at;
    conv->segment_count = list.count;
    *split += out.split;
    return ok && !view_has_failed(in->view);
}
