#include "models/toe/test/rx_fuzz.h"

#include "models/toe/test/toe_rig.h"
#include "models/wire/bytes.h"

#include <stdlib.h>
#include <string.h>

enum {
    FRAMES_MAX = 100,
    PAYLOAD_MAX = 1400,
    CHANGES_MAX = 4,
    IP_AT = 14,
    HEADERS = 14 + 40 + 60,
    SETTLE_US = 20,
    LONG_MS = 300, /* longer than the minimum retransmission timeout */
};

struct fuzz {
    const uint8_t *bytes;
    size_t len, at;
    struct rig rig;
    struct rig_peer peer;
    uint64_t frame_id;
    unsigned verdicts; /* number of verdicts on that frame */
    bool ended;
    struct rx_fuzz_counts counts;
};

/* Aborts if the condition is false. An assert may be compiled out, and a fuzzer needs only the abort. */
static void must(bool holds)
{
    if (!holds)
        abort();
}

static uint8_t take8(struct fuzz *f) { return f->at < f->len ? f->bytes[f->at++] : 0; }

static uint16_t take16(struct fuzz *f)
{
    unsigned high = take8(f);
    return (uint16_t)(high << 8 | take8(f));
}

/* The probe gets the rig, which is embedded in struct fuzz; the container is found from its address. */
static void on_probe(struct rig *rig, const struct probe_event *event)
{
    struct fuzz *f = (struct fuzz *)(void *)((uint8_t *)rig - offsetof(struct fuzz, rig));
    if (event->kind == PROBE_RX_VERDICT && event->verdict.id == f->frame_id)
        f->verdicts++;
}

static void take_all(struct fuzz *f, unsigned nic)
{
    struct nic_record record;
    struct nic_event event;
    while (rig_take_record(&f->rig, nic, &record))
        must(record.verdict != NIC_VERDICT_DROPPED || record.reason != DROP_NONE);
    while (rig_take_event(&f->rig, nic, &event))
        f->ended |= event.kind == NIC_EVENT_TERMINATED || event.kind == NIC_EVENT_CLOSED;
    struct rig_nic *n = &f->rig.nic[nic];
    for (uint32_t i = 0; i < n->tx_count; i++) {
        struct packet packet;
        packet_parse(n->tx[i]->data, n->tx[i]->len, true, &packet);
        must(packet.kind == PACKET_TCP && packet.ip_checksum_ok && packet.tcp_checksum_ok);
        frame_free(f->rig.pool, n->tx[i]);
    }
    n->tx_count = 0;
}

static void settle(struct fuzz *f, uint64_t ps)
{
    rig_run(&f->rig, ps);
    for (unsigned nic = 0; nic < RIG_NICS; nic++)
        take_all(f, nic);
}

/* Returns the expected number, one near it, or one far away. */
static uint32_t near(struct fuzz *f, uint32_t base)
{
    uint8_t how = take8(f);
    if (how < 160)
        return base;
    if (how < 224)
        return base - 32 + how % 64;
    return base + ((uint32_t)take16(f) << 16 | take16(f));
}

static struct frame *sound_frame(struct fuzz *f)
{
    static uint8_t payload[PAYLOAD_MAX];
    uint16_t flags = take8(f);
    if (take8(f) & 3)
        flags = (uint16_t)((flags & ~(TCP_RST | TCP_SYN)) | TCP_ACK);
    uint32_t len = take16(f) % PAYLOAD_MAX;
    for (uint32_t i = 0; i < len && i < 64; i++)
        payload[i] = take8(f); /* some payload becomes options when the data offset grows */
    uint32_t seq = near(f, f->peer.seq);
    struct frame *frame = rig_frame(&f->peer, flags, seq, near(f, f->peer.ack), payload, len);
    if (seq == f->peer.seq)
        f->peer.seq += len;
    return frame;
}

static void change(struct fuzz *f, struct frame *frame)
{
    bool v6 = f->rig.ip_version == 6;
    uint32_t tcp = IP_AT + (v6 ? 40 : 20);
    switch (take8(f) % 7) {
    case 0: /* any byte of the headers */
        frame->data[take8(f) % HEADERS] = take8(f);
        break;
    case 1: /* frame cut short */
        frame->len = take16(f) % (frame->len + 1);
        break;
    case 2: /* IP length */
        be16_store(frame->data + IP_AT + (v6 ? 4 : 2), take16(f));
        break;
    case 3: /* data offset: payload becomes options, or the header ends too early */
        frame->data[tcp + 12] = (uint8_t)(take8(f) << 4);
        break;
    case 4: /* TCP checksum */
        be16_store(frame->data + tcp + 16, take16(f));
        break;
    case 5: /* padding or trailing bytes */
        frame->len += take8(f);
        break;
    default: /* flags */
        frame->data[tcp + 13] = take8(f);
    }
}

/* Corrects the checksums, so that a damaged frame is not dropped before the later checks. */
static void repair(struct frame *frame)
{
    struct packet packet;
    packet_parse(frame->data, frame->len, false, &packet);
    if (packet.kind == PACKET_TCP)
        packet_fix_checksums(frame->data, &packet);
}

static void one_frame(struct fuzz *f)
{
    struct frame *frame = sound_frame(f);
    uint8_t how = take8(f);
    for (unsigned i = how % CHANGES_MAX; i > 0; i--)
        change(f, frame);
    if (how & 16)
        repair(frame);
    f->frame_id = frame->id;
    f->verdicts = 0;
    rig_deliver(&f->rig, how & 32 && how & 64 ? 1 : 0, frame);
    settle(f, how & 128 && take8(f) == 0 ? LONG_MS * PS_PER_MS : SETTLE_US * PS_PER_US);
    must(f->verdicts == 1);
    f->counts.frames++;
}

/* Reads and writes as the application between the frames, so that both windows move. */
static void application(struct fuzz *f)
{
    uint8_t how = take8(f);
    if (how & 1)
        rig_doorbell(&f->rig, 0, f->peer.conn, f->peer.gen, NIC_DOORBELL_RX, f->peer.seq);
    if (how & 2)
        rig_doorbell(&f->rig, 0, f->peer.conn, f->peer.gen, NIC_DOORBELL_TX,
                     f->peer.ack + take8(f));
}

static void add_up(struct fuzz *f)
{
    for (unsigned nic = 0; nic < RIG_NICS; nic++) {
        const struct toe_stats *s = toe_engine_stats(f->rig.nic[nic].engine);
        uint64_t lost = 0;
        for (int i = 0; i < DROP_REASON_COUNT; i++)
            lost += s->drops.count[i];
        must(lost == s->rx_dropped);
        must(s->rx_frames + s->rx_injected == s->rx_applied + s->rx_foreign + s->rx_dropped);
        f->counts.applied += (unsigned)s->rx_applied;
        f->counts.foreign += (unsigned)s->rx_foreign;
        f->counts.malformed += (unsigned)s->drops.count[DROP_MALFORMED];
        f->counts.bad_checksum += (unsigned)s->drops.count[DROP_BAD_CHECKSUM];
        f->counts.other_drops +=
            (unsigned)(lost - s->drops.count[DROP_MALFORMED] - s->drops.count[DROP_BAD_CHECKSUM]);
    }
}

struct rx_fuzz_counts rx_fuzz_run(const uint8_t *bytes, size_t len)
{
    static struct fuzz f;
    memset(&f, 0, sizeof f);
    f.bytes = bytes;
    f.len = len;
    rig_init(&f.rig);
    f.rig.ring_log2 = 8;
    f.rig.ip_version = take8(&f) & 1 ? 6 : 4;
    f.rig.on_probe = on_probe;
    rig_start(&f.rig);
    for (unsigned nic = 0; nic < RIG_NICS; nic++)
        rig_post_buffers(&f.rig, nic, FRAMES_MAX + 8);
    rig_establish(&f.rig, &f.peer, 1, 0);
    while (f.at < f.len && f.counts.frames < FRAMES_MAX && !f.ended) {
        one_frame(&f);
        application(&f);
    }
    settle(&f, SETTLE_US * PS_PER_US);
    add_up(&f);
    rig_end(&f.rig);
    return f.counts;
}
