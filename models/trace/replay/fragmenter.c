#include "models/trace/replay/fragmenter.h"

#include "models/base/units.h"
#include "models/wire/bytes.h"
#include "models/wire/checksum.h"
#include "models/wire/packet.h"

#include <assert.h>
#include <string.h>

enum { UNIT = 8, V4_MF = 0x2000, V4_CHECKSUM_AT = 10, V6_HEADER = 40, V6_FRAGMENT_HEADER = 8 };
enum { NEXT_FRAGMENT = 44 };

void fragmenter_init(struct fragmenter *fragmenter, uint32_t mtu, struct frame_pool *pool,
                     struct frame_sink next)
{
    assert(mtu == 0 || mtu >= FRAGMENTER_MTU_MIN);
    *fragmenter = (struct fragmenter){.mtu = mtu, .pool = pool, .next = next};
}

/* Writes the IP header of a fragment behind the link header in frame->data. Returns the offset of the payload. */
static uint32_t put_header(const struct fragmenter *f, struct frame *frame, uint32_t ip_at,
                           uint32_t header, uint32_t offset, uint32_t len, bool more)
{
    uint8_t *ip = frame->data + ip_at;
    if (ip[0] >> 4 == 4) {
        be16_store(ip + 2, (uint16_t)(header + len));
        be16_store(ip + 4, (uint16_t)f->id);
        be16_store(ip + 6, (uint16_t)((more ? V4_MF : 0) | offset / UNIT));
        be16_store(ip + V4_CHECKSUM_AT, 0);
        be16_store(ip + V4_CHECKSUM_AT, checksum_finish(checksum_add(0, ip, header)));
        return ip_at + header;
    }
    uint8_t *extension = ip + V6_HEADER;
    be16_store(ip + 4, (uint16_t)(V6_FRAGMENT_HEADER + len));
    extension[0] = ip[6];
    extension[1] = 0;
    be16_store(extension + 2, (uint16_t)(offset | more));
    be32_store(extension + 4, f->id);
    ip[6] = NEXT_FRAGMENT;
    return ip_at + V6_HEADER + V6_FRAGMENT_HEADER;
}

static void send_piece(struct fragmenter *f, const struct frame *whole, const struct packet *packet,
                       uint32_t header, uint32_t offset, uint32_t len, bool more, uint64_t now_ps)
{
    struct frame *piece = frame_alloc(f->pool, now_ps);
    if (!piece) {
        f->lost++;
        return;
    }
    piece->conversation = whole->conversation;
    memcpy(piece->data, whole->data, packet->ip_offset + header);
    uint32_t at = put_header(f, piece, packet->ip_offset, header, offset, len, more);
    memcpy(piece->data + at, whole->data + packet->ip_offset + header + offset, len);
    piece->len = at + len;
    frame_sink_accept(&f->next, piece, now_ps);
}

static void fragmenter_accept(void *self, struct frame *frame, uint64_t now_ps)
{
    struct fragmenter *f = self;
    struct packet packet;
    packet_parse(frame->data, frame->len, false, &packet);
    if (f->mtu == 0 || packet.kind != PACKET_TCP || packet.ip_bytes <= f->mtu) {
        frame_sink_accept(&f->next, frame, now_ps);
        return;
    }
    uint32_t header =
        packet.ip_version == 4 ? (frame->data[packet.ip_offset] & 15u) * 4 : (uint32_t)V6_HEADER;
    uint32_t space = f->mtu - header - (packet.ip_version == 6 ? V6_FRAGMENT_HEADER : 0);
    uint32_t payload = packet.ip_bytes - header, step = space / UNIT * UNIT;
    f->id++;
    f->split++;
    for (uint32_t offset = 0; offset < payload; offset += step) {
        uint32_t len = u32_min(step, payload - offset);
        send_piece(f, frame, &packet, header, offset, len, offset + len < payload, now_ps);
    }
    frame_free(f->pool, frame);
}

struct frame_sink fragmenter_sink(struct fragmenter *fragmenter)
{
    return (struct frame_sink){.accept = fragmenter_accept, .self = fragmenter};
}
