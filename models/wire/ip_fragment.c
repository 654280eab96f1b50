#include "models/wire/ip_fragment.h"

#include "models/wire/bytes.h"

#include <string.h>

enum { IPV4_MF = 0x2000, IPV4_OFFSET = 0x1fff, IPV6_BYTES = 40, FRAGMENT_BYTES = 8 };
enum { NEXT_HOP_BY_HOP = 0, NEXT_ROUTING = 43, NEXT_FRAGMENT = 44, NEXT_DST_OPTIONS = 60 };
enum { OFFSET_UNIT = 8, V6_OFFSET_MASK = 0xfff8, V6_MORE = 1, EXT_UNIT_BYTES = 8 };

static void parse_v4(const uint8_t *ip, const struct packet *packet, struct ip_fragment *f)
{
    uint16_t word = be16_load(ip + 6);
    uint32_t header = (ip[0] & 15u) * 4;
    f->key.id = be16_load(ip + 4);
    f->key.protocol = f->protocol = ip[9];
    f->offset = (word & IPV4_OFFSET) * (uint32_t)OFFSET_UNIT;
    f->more = (word & IPV4_MF) != 0;
    f->header_len = f->payload_at = packet->ip_offset + header;
    f->payload_len = packet->ip_bytes - header;
}

/* packet_parse() has checked these headers before, so each of them is complete. */
static bool parse_v6(const uint8_t *ip, const struct packet *packet, struct ip_fragment *f)
{
    uint32_t at = IPV6_BYTES, next_at = 6;
    uint8_t next = ip[6];
    while (next == NEXT_HOP_BY_HOP || next == NEXT_ROUTING || next == NEXT_DST_OPTIONS) {
        if (at + EXT_UNIT_BYTES > packet->ip_bytes)
            return false;
        next_at = at;
        next = ip[at];
        at += EXT_UNIT_BYTES + ip[at + 1] * (uint32_t)EXT_UNIT_BYTES;
    }
    if (next != NEXT_FRAGMENT || at + FRAGMENT_BYTES > packet->ip_bytes)
        return false; /* No sender puts an atomic fragment header before another one. */
    uint16_t word = be16_load(ip + at + 2);
    f->protocol = ip[at];
    f->key.id = be32_load(ip + at + 4);
    f->offset = word & V6_OFFSET_MASK;
    f->more = (word & V6_MORE) != 0;
    f->next_at = packet->ip_offset + next_at;
    f->header_len = packet->ip_offset + at;
    f->payload_at = packet->ip_offset + at + FRAGMENT_BYTES;
    f->payload_len = packet->ip_bytes - at - FRAGMENT_BYTES;
    return true;
}

bool ip_fragment_parse(const uint8_t *frame, uint32_t len, const struct packet *packet,
                       struct ip_fragment *fragment)
{
    *fragment = (struct ip_fragment){.ecn = packet->tos & 3, .ip_offset = packet->ip_offset};
    memcpy(fragment->key.src, packet->src, sizeof fragment->key.src);
    memcpy(fragment->key.dst, packet->dst, sizeof fragment->key.dst);
    fragment->key.ip_version = packet->ip_version;
    if (packet->vlan_count > 0)
        fragment->key.vlan = (uint16_t)(VLAN_TAGGED | (packet->vlan_tci[0] & VLAN_VID_MASK));
    const uint8_t *ip = frame + packet->ip_offset;
    if (packet->ip_version == 4)
        parse_v4(ip, packet, fragment);
    else if (!parse_v6(ip, packet, fragment))
        return false;
    /* RFC 8200 4.5: all fragments but the last consist of whole units of 8 bytes. */
    return fragment->payload_len > 0 && fragment->payload_at + fragment->payload_len <= len &&
           (!fragment->more || fragment->payload_len % OFFSET_UNIT == 0);
}
