#include "models/trace/capture/capture_link.h"

#include "models/trace/capture/capture_peel.h"
#include "models/wire/checksum.h"
#include "models/wire/tcp_hdr.h"

#include <assert.h>
#include <pcap/dlt.h>
#include <stddef.h>
#include <string.h>

enum {
    ETHER_BYTES = 14,
    ETHER_IPV4 = 0x0800,
    ETHER_IPV6 = 0x86dd,
    ETHER_VLAN = 0x8100,
    ETHER_QINQ = 0x88a8,
    SLL_BYTES = 16,
    SLL2_BYTES = 20,
    LOOP_BYTES = 4,
    PROTO_TCP = 6,
};

bool capture_link_is_known(int link)
{
    switch (link) {
    case DLT_EN10MB:
    case DLT_RAW:
    case DLT_IPV4:
    case DLT_IPV6:
    case DLT_NULL:
    case DLT_LOOP:
    case DLT_LINUX_SLL:
    case DLT_LINUX_SLL2:
        return true;
    default:
        return false;
    }
}

static uint16_t be16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }

static void put16(uint8_t *p, uint16_t value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

/* Makes a locally administered unicast MAC address from an IP address. It uses FNV-1a, but any good hash would do. */
static void mac_from_ip(uint8_t mac[6], const uint8_t *addr, size_t len)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ addr[i]) * 16777619u;
    mac[0] = 0x02;
    mac[1] = 0x00;
    for (int i = 0; i < 4; i++)
        mac[2 + i] = (uint8_t)(hash >> (24 - 8 * i));
}

struct link_header {
    uint32_t bytes;        /* of the link header in the record */
    uint16_t ether_type;   /* 0: from the IP version */
    const uint8_t *sender; /* 6 bytes; null: none */
};

static bool header_find(int link, const uint8_t *bytes, uint32_t captured, struct link_header *out)
{
    *out = (struct link_header){0};
    if (link == DLT_LINUX_SLL) {
        out->bytes = SLL_BYTES;
        if (captured < SLL_BYTES)
            return false;
        out->ether_type = be16(bytes + 14);
        out->sender = be16(bytes + 4) == 6 ? bytes + 6 : NULL;
    } else if (link == DLT_LINUX_SLL2) {
        out->bytes = SLL2_BYTES;
        if (captured < SLL2_BYTES)
            return false;
        out->ether_type = be16(bytes);
        out->sender = bytes[11] == 6 ? bytes + 12 : NULL;
    } else if (link == DLT_NULL || link == DLT_LOOP) {
        out->bytes = LOOP_BYTES;
    }
    return captured > out->bytes;
}

static bool header_make(int link, const uint8_t *bytes, uint32_t captured, uint8_t ether[14],
                        uint32_t *skip)
{
    struct link_header header;
    if (!header_find(link, bytes, captured, &header))
        return false;
    const uint8_t *ip = bytes + header.bytes;
    uint32_t left = captured - header.bytes;
    unsigned version = ip[0] >> 4;
    memset(ether, 0, ETHER_BYTES);
    if (version == 4 && left >= 20) {
        mac_from_ip(ether, ip + 16, 4);
        mac_from_ip(ether + 6, ip + 12, 4);
    } else if (version == 6 && left >= 40) {
        mac_from_ip(ether, ip + 24, 16);
        mac_from_ip(ether + 6, ip + 8, 16);
    }
    if (header.sender)
        memcpy(ether + 6, header.sender, 6);
    uint16_t by_version = version == 4 ? ETHER_IPV4 : version == 6 ? ETHER_IPV6 : 0;
    put16(ether + 12, header.ether_type ? header.ether_type : by_version);
    *skip = header.bytes;
    return true;
}

/* Returns the offset of the IP header behind at most two tags, or 0 if the frame has none or is too short. */
static uint32_t ip_find(const struct link_frame *frame, uint16_t *type)
{
    uint32_t at = 12;
    for (int tags = 0; tags < 2 && at + 6 <= frame->captured; tags++) {
        *type = be16(frame->bytes + at);
        if (*type != ETHER_VLAN && *type != ETHER_QINQ)
            break;
        at += 4;
    }
    if (at + 2 + 20 > frame->captured)
        return 0;
    *type = be16(frame->bytes + at);
    bool fits = *type == ETHER_IPV4 || (*type == ETHER_IPV6 && at + 2 + 40 <= frame->captured);
    return fits ? at + 2 : 0;
}

/* Fills in an IP length of 0. Hosts that leave segmentation to the adapter may leave this field empty. */
static void length_guess(struct link_frame *frame, uint32_t at, uint16_t type)
{
    uint8_t *ip = frame->bytes + at;
    uint32_t len = frame->len - at;
    if (type == ETHER_IPV4 && be16(ip + 2) == 0 && ip[9] == PROTO_TCP && len <= 65535) {
        put16(ip + 2, (uint16_t)len);
        frame->length_guessed = true;
    } else if (type == ETHER_IPV6 && be16(ip + 4) == 0 && ip[6] == PROTO_TCP && len > 40 &&
               len - 40 <= 65535) {
        put16(ip + 4, (uint16_t)(len - 40));
        frame->length_guessed = true;
    }
}

/* Restores the length on the wire from the IP header. Some writers store the captured length in its place, even if the
 * snap length cut the frame. An IPv4 header is trusted only if its checksum is right. An IPv6
 * header has no checksum to test. */
static void length_restore(struct link_frame *frame, uint32_t at, uint16_t type)
{
    const uint8_t *ip = frame->bytes + at;
    uint32_t header = type == ETHER_IPV4 ? (ip[0] & 15u) * 4 : 40;
    uint32_t bytes = type == ETHER_IPV4 ? be16(ip + 2) : 40u + be16(ip + 4);
    uint8_t protocol = type == ETHER_IPV4 ? ip[9] : ip[6];
    if (frame->captured < frame->len || at + bytes <= frame->len || protocol != PROTO_TCP ||
        header < 20 || at + header + TCP_HEADER_MIN > frame->captured)
        return;
    if (type == ETHER_IPV4 && checksum_finish(checksum_add(0, ip, header)) != 0)
        return;
    uint32_t len = at + bytes > LINK_FRAME_MAX ? LINK_FRAME_MAX : at + bytes;
    memset(frame->bytes + frame->captured, 0, len - frame->captured);
    frame->len = len;
}

void capture_link_settle(struct link_frame *frame)
{
    uint16_t type = 0;
    capture_peel(frame);
    uint32_t at = ip_find(frame, &type);
    if (at) {
        length_guess(frame, at, type);
        length_restore(frame, at, type);
    }
}

bool capture_link_frame(int link, const uint8_t *bytes, uint32_t captured, uint32_t length,
                        struct link_frame *frame)
{
    assert(length >= captured);
    uint32_t headroom = 0;
    if (link != DLT_EN10MB) {
        uint32_t skip = 0;
        if (!header_make(link, bytes, captured, frame->bytes, &skip))
            return false;
        bytes += skip;
        captured -= skip;
        length -= skip;
        headroom = ETHER_BYTES;
    }
    if (captured > LINK_FRAME_MAX - headroom)
        captured = LINK_FRAME_MAX - headroom;
    if (length > LINK_FRAME_MAX - headroom)
        length = LINK_FRAME_MAX - headroom;
    memcpy(frame->bytes + headroom, bytes, captured);
    memset(frame->bytes + headroom + captured, 0, length - captured);
    frame->captured = headroom + captured;
    frame->len = headroom + length;
    frame->length_guessed = false;
    frame->tunnel = 0;
    capture_link_settle(frame);
    return frame->captured >= ETHER_BYTES;
}
