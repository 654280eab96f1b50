#include "models/trace/capture/capture_peel.h"

#include "models/wire/bytes.h"

#include <string.h>

enum {
    TYPE_AT = 12, /* of the outermost header */
    TYPE_IPV4 = 0x0800,
    TYPE_IPV6 = 0x86dd,
    TYPE_VLAN = 0x8100,
    TYPE_QINQ = 0x88a8,
    TYPE_OLD_QINQ = 0x9100,
    TYPE_SERVICE = 0x88e7, /* IEEE 802.1ah */
    TYPE_PPPOE = 0x8864,   /* RFC 2516 */
    TYPE_MPLS = 0x8847,    /* RFC 3032 */
    TYPE_MPLS_MULTICAST = 0x8848,
    TYPE_METADATA = 0x8909,
    PPP_IPV4 = 0x0021,
    PPP_IPV6 = 0x0057,
    LENGTH_MAX = 1500, /* up to here the type is a length (IEEE 802.3 3.2.6) */
    TAGS_KEPT = 2,
    LAYERS_MAX = 32,
};

struct peel {
    struct link_frame *frame;
    uint32_t at; /* of the present type */
    unsigned tags;
};

/* Removes bytes from the frame. Returns false if not even the next type would be left. */
static bool cut(struct peel *p, uint32_t from, uint32_t bytes)
{
    struct link_frame *frame = p->frame;
    if (from + bytes + 2 > frame->captured)
        return false;
    memmove(frame->bytes + from, frame->bytes + from + bytes, frame->len - from - bytes);
    frame->captured -= bytes;
    frame->len -= bytes;
    return true;
}

static bool has(const struct peel *p, uint32_t bytes)
{
    return p->at + 2 + bytes <= p->frame->captured;
}

/* Replaces the frame by the complete Ethernet frame inside it, which begins at `from`. */
static bool begin_inner(struct peel *p, uint32_t from)
{
    if (from + TYPE_AT + 2 > p->frame->captured || !cut(p, 0, from))
        return false;
    p->at = TYPE_AT;
    p->tags = 0;
    return true;
}

static bool peel_tag(struct peel *p)
{
    if (p->tags == TAGS_KEPT)
        return cut(p, p->at, 4);
    if (!has(p, 4))
        return false;
    p->tags++;
    p->at += 4;
    return true;
}

static bool peel_pppoe(struct peel *p)
{
    if (!has(p, 8))
        return false;
    uint8_t *type = p->frame->bytes + p->at;
    uint16_t protocol = be16_load(type + 8);
    if (protocol != PPP_IPV4 && protocol != PPP_IPV6)
        return false;
    be16_store(type + 8, protocol == PPP_IPV4 ? TYPE_IPV4 : TYPE_IPV6);
    return cut(p, p->at, 8);
}

/* Removes MPLS labels. No field names the protocol behind the last label, so its first four bits decide (RFC 4928 3). */
static bool peel_mpls(struct peel *p)
{
    uint32_t labels = 0;
    const uint8_t *first = p->frame->bytes + p->at + 2;
    do {
        labels += 4;
        if (!has(p, labels + 1))
            return false;
    } while (!(first[labels - 2] & 1));
    unsigned version = first[labels] >> 4;
    if (version == 0) /* a control word, and Ethernet (RFC 4448) */
        return begin_inner(p, p->at + 2 + labels + 4);
    if ((version != 4 && version != 6) || !cut(p, p->at + 2, labels))
        return false;
    be16_store(p->frame->bytes + p->at, version == 4 ? TYPE_IPV4 : TYPE_IPV6);
    return true;
}

static bool peel_snap(struct peel *p)
{
    static const uint8_t snap[6] = {0xaa, 0xaa, 3, 0, 0, 0};
    return has(p, 8) && memcmp(p->frame->bytes + p->at + 2, snap, sizeof snap) == 0 &&
           cut(p, p->at, 8);
}

static bool peel_layer(struct peel *p)
{
    uint16_t type = be16_load(p->frame->bytes + p->at);
    switch (type) {
    case TYPE_VLAN:
    case TYPE_QINQ:
    case TYPE_OLD_QINQ:
        return peel_tag(p);
    case TYPE_PPPOE:
        return peel_pppoe(p);
    case TYPE_MPLS:
    case TYPE_MPLS_MULTICAST:
        return peel_mpls(p);
    case TYPE_SERVICE: /* the tag, then the customer's addresses */
        return begin_inner(p, p->at + 6);
    case TYPE_METADATA: /* version, length in units of 4 bytes, options */
        return has(p, 2) && cut(p, p->at, 4 + 4u * p->frame->bytes[p->at + 3]);
    default:
        return type <= LENGTH_MAX && peel_snap(p);
    }
}

void capture_peel(struct link_frame *frame)
{
    struct peel p = {.frame = frame, .at = TYPE_AT};
    for (unsigned layer = 0; layer < LAYERS_MAX; layer++)
        if (p.at + 2 > frame->captured || !peel_layer(&p))
            return;
}
