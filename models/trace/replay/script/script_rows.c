#include "models/trace/replay/script/script_rows.h"

#include "models/base/units.h"
#include "models/trace/conversation/segment/segment.h"

enum segment_field {
    FIELD_TIME_NS,
    FIELD_TIME_REST,
    FIELD_SEQ,
    FIELD_PAYLOAD_AT, /* this and the place in the stream: the difference from FIELD_SEQ */
    FIELD_STREAM_AT,
    FIELD_OPTIONS_AT, /* the difference from the payload's place */
    FIELD_ACK,
    FIELD_WINDOW,
    FIELD_LEN,
    FIELD_MISSING,
    FIELD_FLAGS,
    FIELD_REST,
    FIELD_URGENT,
    FIELD_ACKED,
    SEGMENT_FIELDS,
};

enum { AHEAD_BIT = 16, IGNORED_BIT = 17, FALSE_SACK_BIT = 18, NOWHERE_BIT = 19 };

const struct row_shape client_segment_shape = {
    .fields = SEGMENT_FIELDS,
    .shared = 1u << FIELD_TIME_NS | 1u << FIELD_TIME_REST,
    .linear = 1u << FIELD_PAYLOAD_AT,
    .behind = 1u << FIELD_SEQ,
    .len = FIELD_LEN,
};

void client_segment_pack(const struct client_segment *segment, struct row *row)
{
    uint64_t *field = row->field;
    bool nowhere = segment->stream_at == STREAM_NOWHERE;
    /* Pure ACKs have a lane of their own, because they resemble each other. */
    row->lane = segment->payload_len > 0;
    row->unused = nowhere ? 1u << FIELD_STREAM_AT : 0;
    field[FIELD_TIME_NS] = segment->time_ps / PS_PER_NS;
    field[FIELD_TIME_REST] = segment->time_ps % PS_PER_NS;
    field[FIELD_SEQ] = segment->seq;
    field[FIELD_PAYLOAD_AT] = segment->payload_at - segment->seq;
    field[FIELD_STREAM_AT] = (uint64_t)segment->stream_at - segment->seq;
    field[FIELD_OPTIONS_AT] = segment->options_at - segment->payload_at;
    field[FIELD_ACK] = segment->ack;
    field[FIELD_WINDOW] = segment->window;
    field[FIELD_LEN] = segment->payload_len;
    field[FIELD_MISSING] = segment->payload_len - segment->payload_captured;
    field[FIELD_FLAGS] = segment->flags | (uint64_t)segment->ahead << AHEAD_BIT |
                         (uint64_t)segment->ignored << IGNORED_BIT |
                         (uint64_t)segment->false_sack << FALSE_SACK_BIT |
                         (uint64_t)nowhere << NOWHERE_BIT;
    field[FIELD_REST] =
        segment->ttl | (uint64_t)segment->options_len << 8 | (uint64_t)segment->interface << 16;
    field[FIELD_URGENT] = segment->urgent;
    field[FIELD_ACKED] = segment->acked_bytes;
}

void client_segment_unpack(const struct row *row, struct client_segment *segment)
{
    const uint64_t *field = row->field;
    uint64_t flags = field[FIELD_FLAGS], rest = field[FIELD_REST];
    uint64_t payload_at = field[FIELD_PAYLOAD_AT] + field[FIELD_SEQ];
    bool nowhere = flags >> NOWHERE_BIT & 1;
    *segment = (struct client_segment){
        .time_ps = field[FIELD_TIME_NS] * PS_PER_NS + field[FIELD_TIME_REST],
        .seq = (uint32_t)field[FIELD_SEQ],
        .ack = (uint32_t)field[FIELD_ACK],
        .flags = (uint16_t)flags,
        .window = (uint16_t)field[FIELD_WINDOW],
        .urgent = (uint16_t)field[FIELD_URGENT],
        .interface = (uint16_t)(rest >> 16),
        .options_len = (uint8_t)(rest >> 8),
        .ttl = (uint8_t)rest,
        .payload_len = (uint32_t)field[FIELD_LEN],
        .payload_captured = (uint32_t)(field[FIELD_LEN] - field[FIELD_MISSING]),
        .payload_at = payload_at,
        .options_at = payload_at + field[FIELD_OPTIONS_AT],
        .stream_at =
            nowhere ? STREAM_NOWHERE : (int64_t)(field[FIELD_STREAM_AT] + field[FIELD_SEQ]),
        .acked_bytes = field[FIELD_ACKED],
        .ahead = flags >> AHEAD_BIT & 1,
        .ignored = flags >> IGNORED_BIT & 1,
        .false_sack = flags >> FALSE_SACK_BIT & 1,
    };
}

enum step_field {
    STEP_OFFSET,
    STEP_LEN,
    STEP_RX,
    STEP_TIME_NS,
    STEP_TIME_REST,
    STEP_KIND,
    STEP_TX_ACKED,
    STEP_FIELDS
};

enum { PEER_FIN_BIT = 8 };

const struct row_shape app_step_shape = {
    .fields = STEP_FIELDS,
    .behind = 1u << STEP_OFFSET,
    .len = STEP_LEN,
};

void app_step_pack(const struct app_step *step, struct row *row)
{
    uint64_t *field = row->field;
    row->lane = 0;
    row->unused = 0;
    field[STEP_LEN] = step->len;
    field[STEP_OFFSET] = step->offset;
    field[STEP_RX] = step->rx_bytes;
    field[STEP_TIME_NS] = step->time_ps / PS_PER_NS;
    field[STEP_TIME_REST] = step->time_ps % PS_PER_NS;
    field[STEP_KIND] = (uint64_t)step->kind | (uint64_t)step->peer_fin << PEER_FIN_BIT;
    field[STEP_TX_ACKED] = step->tx_acked_bytes;
}

void app_step_unpack(const struct row *row, struct app_step *step)
{
    const uint64_t *field = row->field;
    *step = (struct app_step){
        .kind = (enum app_step_kind)(field[STEP_KIND] & ((1u << PEER_FIN_BIT) - 1)),
        .rx_bytes = field[STEP_RX],
        .peer_fin = field[STEP_KIND] >> PEER_FIN_BIT & 1,
        .offset = field[STEP_OFFSET],
        .len = field[STEP_LEN],
        .tx_acked_bytes = field[STEP_TX_ACKED],
        .time_ps = field[STEP_TIME_NS] * PS_PER_NS + field[STEP_TIME_REST],
    };
}
