#include "models/check/tcp/check_seq.h"

#include "models/check/check_state.h"

#include "models/base/memory.h"

#include "models/base/frame.h"
#include "models/wire/packet.h"

#include <stdlib.h>
#include <string.h>

enum { RING_MIN = 1 << 9 };

static void sent_grow(struct sent_bytes *sent, uint32_t needed)
{
    uint32_t capacity = sent->capacity ? sent->capacity : RING_MIN;
    while (capacity < needed)
        capacity *= 2;
    if (capacity == sent->capacity)
        return;
    uint8_t *bytes = malloc(capacity);
    memory_check(bytes);
    for (uint32_t s = sent->low; s != sent->high; s++)
        bytes[s & (capacity - 1)] = sent->bytes[s & (sent->capacity - 1)];
    free(sent->bytes);
    sent->bytes = bytes;
    sent->capacity = capacity;
}

/* Drops the bytes up to `una`, which are acknowledged and never resent. */
static void sent_acknowledge(struct sent_bytes *sent, uint32_t una)
{
    if (!seq_before(sent->low, una))
        return;
    sent->low = seq_before(sent->high, una) ? sent->high : una;
    if (sent->low != sent->high)
        return;
    free(sent->bytes);
    sent->bytes = NULL;
    sent->capacity = 0;
}

/* Compares bytes that may wrap around in the ring. Returns false if they differ. */
static bool ring_same(const struct sent_bytes *sent, uint32_t seq, const uint8_t *data,
                      uint32_t len)
{
    uint32_t at = seq & (sent->capacity - 1);
    uint32_t first = len < sent->capacity - at ? len : sent->capacity - at;
    return memcmp(sent->bytes + at, data, first) == 0 &&
           memcmp(sent->bytes, data + first, len - first) == 0;
}

static void ring_copy(struct sent_bytes *sent, uint32_t seq, const uint8_t *data, uint32_t len)
{
    uint32_t at = seq & (sent->capacity - 1);
    uint32_t first = len < sent->capacity - at ? len : sent->capacity - at;
    memcpy(sent->bytes + at, data, first);
    memcpy(sent->bytes, data + first, len - first);
}

static void on_payload(struct check *check, struct check_conn *c, const struct probe_event *event,
                       uint32_t seq, const uint8_t *data, uint32_t len)
{
    struct sent_bytes *sent = &c->sent;
    if (seq_before(sent->high, seq))
        return; /* a hole concerns I-SND; here there are no bytes to compare with */
    if (seq_before(seq, sent->low)) {
        uint32_t skip = sent->low - seq;
        if (skip >= len)
            return;
        seq += skip;
        data += skip;
        len -= skip;
    }
    uint32_t known = sent->high - seq < len ? sent->high - seq : len;
    if (known && !ring_same(sent, seq, data, known))
        check_fail(check, INVARIANT_SEQ, event, "bytes at sequence number %u differ from before",
                   seq);
    if (known == len)
        return;
    sent_grow(sent, seq + len - sent->low);
    ring_copy(sent, seq + known, data + known, len - known);
    sent->high = seq + len;
}

static void on_built(struct check *check, struct check_conn *c, const struct probe_event *event)
{
    struct packet packet;
    const struct frame *frame = event->built.frame;
    packet_parse(frame->data, frame->len, false, &packet);
    if (packet.kind != PACKET_TCP || (packet.seg.flags & TCP_RST))
        return;
    uint32_t end = packet.seg.seq + tcp_segment_len(&packet.seg);
    if (seq_before(c->wire_max, end))
        c->wire_max = end;
    if (packet.seg.payload_len)
        on_payload(check, c, event, packet.seg.seq, packet.seg.payload, packet.seg.payload_len);
}

void check_seq_on_event(struct check *check, const struct probe_event *event)
{
    struct check_conn *c = check_conn_of(check, event);
    if (!c || !c->open)
        return;
    if (event->kind == PROBE_TX_BUILT && event->built.frame) {
        on_built(check, c, event);
    } else if (event->kind == PROBE_TX_CREDIT) {
        sent_acknowledge(&c->sent, event->credit.snd_una);
    }
}
