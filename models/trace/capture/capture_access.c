/* Access to a loaded capture: its conversations, and the payload, which is read from the file again. */
#include "models/trace/capture/capture_access.h"
#include "models/trace/capture/capture_pvt.h"
#include "models/trace/conversation/segment/segment.h"
#include "models/trace/conversation/stream/stream_map.h"
#include "models/trace/replay/script/script_rows.h"
#include "models/trace/store/row_list.h"

#include <assert.h>

/* Returns the hint where to look first in this stream. Streams that share a hint are only slower. */
static size_t *near_of(const struct capture *capture, const struct stream_place *place)
{
    uint64_t mixed = place->ranges_at * UINT64_C(0x9e3779b97f4a7c15);
    return &capture->near[(mixed >> 32) % CAPTURE_NEAR];
}

void capture_stream(const struct capture *capture, const struct conversation *conv,
                    enum capture_side side, uint64_t offset, uint8_t *bytes, size_t len)
{
    assert(offset + len <= (side == CAPTURE_CLIENT ? conv->client_bytes : conv->server_bytes));
    const struct stream_place *place = &conv->streams[side];
    size_t *near = near_of(capture, place);
    struct stream_map map = {
        .store = &capture->store,
        .list = {place->ranges_at, place->range_count},
        .patches = {place->patches_at, place->patch_count},
        .first = (side == CAPTURE_CLIENT ? conv->client_isn : conv->server_isn) + 1,
        .near = *near,
    };
    stream_map_read(&map, offset, bytes, len);
    *near = map.near;
}

/* Takes the bytes that the snap length cut from this segment out of the stream, because an overlapping segment may hold
 * them. */
void capture_payload(const struct capture *capture, const struct conversation *conv,
                     const struct client_segment *seg, uint8_t *bytes)
{
    payload_read(&capture->store, seg->payload_at, bytes, seg->payload_captured);
    for (uint32_t k = seg->payload_captured; k < seg->payload_len; k++) {
        int64_t at = seg->stream_at == STREAM_NOWHERE ? -1 : seg->stream_at + k;
        bytes[k] = stream_pattern(seg->seq + k);
        if (at >= 0 && (uint64_t)at < conv->client_bytes)
            capture_stream(capture, conv, CAPTURE_CLIENT, (uint64_t)at, &bytes[k], 1);
    }
}

void capture_segment(const struct capture *capture, const struct conversation *conv, size_t index,
                     struct client_segment *out)
{
    struct row_list list = {conv->segments_at, conv->segment_count};
    const struct row *row = row_cache_get(capture->store.rows, &client_segment_shape, &list, index);
    *out = (struct client_segment){0};
    if (!row)
        return;
    client_segment_unpack(row, out);
    payload_read(&capture->store, out->options_at, out->options, out->options_len);
    if (out->false_sack) /* The simulated server may not have sent these bytes yet. */
        segment_blank_sack(out->options, out->options_len);
}

void capture_step(const struct capture *capture, const struct conversation *conv,
                  enum capture_side side, size_t index, struct app_step *out)
{
    struct row_list list = {conv->steps_at[side], side == CAPTURE_CLIENT ? conv->client_step_count
                                                                         : conv->server_step_count};
    const struct row *row = row_cache_get(capture->store.rows, &app_step_shape, &list, index);
    *out = (struct app_step){.kind = APP_SEND};
    if (row)
        app_step_unpack(row, out);
}

enum status capture_trouble(const struct capture *capture, struct error *err)
{
    return payload_trouble(&capture->store, err);
}

struct spill *capture_spill(const struct capture *capture) { return capture->store.kept; }

int capture_interface_nic(const struct capture *capture, uint16_t interface)
{
    assert(interface < capture->ports.count);
    return capture->captured_ports ? capture->ports.of[interface].nic : -1;
}

size_t capture_conversation_count(const struct capture *capture)
{
    return conv_list_count(capture->conversations);
}

const struct conversation *capture_conversation(const struct capture *capture, size_t index)
{
    return conv_list_get(capture->conversations, index);
}

bool capture_is_replayable(const struct capture *capture, size_t index)
{
    return conv_list_is_replayable(capture->conversations, index);
}

size_t capture_next_replayable(const struct capture *capture, size_t index)
{
    return conv_list_next_replayable(capture->conversations, index);
}

const struct capture_stats *capture_get_stats(const struct capture *capture)
{
    return &capture->stats;
}

uint64_t capture_left_out_total(const struct capture_stats *stats)
{
    uint64_t total = 0;
    for (int i = 0; i < LEFT_OUT_REASON_COUNT; i++)
        total += stats->left_out[i];
    return total;
}
