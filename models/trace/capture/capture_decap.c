#include "models/trace/capture/capture_decap.h"

#include "models/wire/bytes.h"
#include "models/wire/ip_reassembly.h"
#include "models/wire/packet.h"

#include <string.h>

enum {
    LAYERS_MAX = 8,
    ETHER_BYTES = 14,
    TYPE_AT = 12,
    TYPE_IPV4 = 0x0800,
    TYPE_IPV6 = 0x86dd,
    TYPE_MPLS = 0x8847,
    TYPE_MPLS_MULTICAST = 0x8848,
    TYPE_ETHERNET = 0x6558, /* Transparent Ethernet Bridging: NVGRE, GENEVE */
    TYPE_ERSPAN = 0x88be,   /* I and II */
    TYPE_ERSPAN_III = 0x22eb,
    PROTO_IPV4 = 4,
    PROTO_UDP = 17,
    PROTO_IPV6 = 41,
    PROTO_GRE = 47,
    UDP_BYTES = 8,
    PORT_VXLAN = 4789,
    PORT_VXLAN_GPE = 4790,
    PORT_VXLAN_LINUX = 8472, /* the kernel's default, older than RFC 7348 */
    PORT_GENEVE = 6081,
    VXLAN_BYTES = 8,
    VXLAN_VNI_VALID = 0x08,
    GENEVE_BYTES = 8,
    GENEVE_CONTROL = 0x80,
    GRE_BYTES = 4,
    GRE_CHECKSUM = 0x8000,
    GRE_ROUTING = 0x4000,
    GRE_KEY = 0x2000,
    GRE_SEQUENCE = 0x1000,
    GRE_VERSION = 0x0007,
    ERSPAN_II_BYTES = 8,
    ERSPAN_II_VERSION = 1,
    ERSPAN_III_VERSION = 2,
    ERSPAN_III_BYTES = 12,
    ERSPAN_PLATFORM_BYTES = 8,
    IPV4_OFFSET = 0x1fff,
    IPV6_OFFSET = 0xfff8,
    IPV6_BYTES = 40,
    IPV6_FRAGMENT_BYTES = 8,
    IPV6_OFFSET_AT = 42, /* where the fragment header follows at once */
    IPV6_ID_AT = 44,
    PROTO_FRAGMENT = 44,
    ERSPAN_IP = 2, /* type of the mirrored frame; 0: Ethernet */
};

enum verdict { NO_TUNNEL, OPENED, CLOSED, CUT, WRONG };

/* The position in a tunnelled packet while its headers are parsed. */
struct walk {
    const struct link_frame *frame;
    uint32_t at;   /* of the next header, at last of the inner frame */
    uint32_t end;  /* of the tunnel's payload in the frame on the wire */
    uint16_t type; /* of the inner frame */
    uint32_t id;   /* VNI, key or session */
};

/* Returns the next header, or null if fewer than `bytes` bytes of it are available. */
static const uint8_t *header(const struct walk *w, uint32_t bytes)
{
    return w->at + bytes <= w->frame->captured && w->at + bytes <= w->end ? w->frame->bytes + w->at
                                                                          : NULL;
}

/* Returns why a header is missing: either the snap length cut it, or the lengths contradict each other. */
static enum verdict missing(const struct walk *w, uint32_t bytes)
{
    return w->at + bytes <= w->end ? CUT : WRONG;
}

static enum verdict walk_erspan_ii(struct walk *w)
{
    const uint8_t *erspan = header(w, ERSPAN_II_BYTES);
    if (!erspan)
        return missing(w, ERSPAN_II_BYTES);
    w->id = be16_load(erspan + 2) & 0x3ffu;
    w->at += ERSPAN_II_BYTES;
    w->type = TYPE_ETHERNET;
    return erspan[0] >> 4 == ERSPAN_II_VERSION ? OPENED : CLOSED;
}

static enum verdict walk_erspan_iii(struct walk *w)
{
    const uint8_t *erspan = header(w, ERSPAN_III_BYTES);
    if (!erspan)
        return missing(w, ERSPAN_III_BYTES);
    unsigned kind = erspan[10] >> 2 & 31u, version = erspan[0] >> 4;
    w->id = be16_load(erspan + 2) & 0x3ffu;
    w->at += ERSPAN_III_BYTES + (erspan[11] & 1 ? ERSPAN_PLATFORM_BYTES : 0u);
    w->type = TYPE_ETHERNET;
    if (kind == ERSPAN_IP) {
        const uint8_t *ip = header(w, 1);
        if (!ip)
            return missing(w, 1);
        w->type = ip[0] >> 4 == 6 ? TYPE_IPV6 : TYPE_IPV4;
    }
    bool known = version == ERSPAN_III_VERSION && (kind == 0 || kind == ERSPAN_IP);
    return known ? OPENED : CLOSED;
}

static enum verdict walk_gre_payload(struct walk *w, uint16_t flags)
{
    switch (w->type) {
    case TYPE_IPV4:
    case TYPE_IPV6:
    case TYPE_MPLS:
    case TYPE_MPLS_MULTICAST:
    case TYPE_ETHERNET:
        return OPENED;
    case TYPE_ERSPAN: /* type I has no header of its own, and no sequence number */
        if (flags & GRE_SEQUENCE)
            return walk_erspan_ii(w);
        w->type = TYPE_ETHERNET;
        return OPENED;
    case TYPE_ERSPAN_III:
        return walk_erspan_iii(w);
    default:
        return CLOSED;
    }
}

static enum verdict walk_gre(struct walk *w)
{
    const uint8_t *gre = header(w, GRE_BYTES);
    if (!gre)
        return missing(w, GRE_BYTES);
    uint16_t flags = be16_load(gre);
    w->type = be16_load(gre + 2);
    if (flags & (GRE_ROUTING | GRE_VERSION)) /* RFC 1701 source routes; PPTP */
        return CLOSED;
    uint32_t key_at = GRE_BYTES + (flags & GRE_CHECKSUM ? 4u : 0);
    uint32_t bytes = key_at + (flags & GRE_KEY ? 4u : 0) + (flags & GRE_SEQUENCE ? 4u : 0);
    if (!header(w, bytes))
        return missing(w, bytes);
    if (flags & GRE_KEY)
        w->id =
            be32_load(gre + key_at); /* NVGRE: subnet and flow; both directions are joined later */
    w->at += bytes;
    return walk_gre_payload(w, flags);
}

static enum verdict walk_vxlan(struct walk *w, bool gpe)
{
    static const uint16_t types[] = {0, TYPE_IPV4, TYPE_IPV6, TYPE_ETHERNET};
    const uint8_t *vxlan = header(w, VXLAN_BYTES);
    if (!vxlan)
        return missing(w, VXLAN_BYTES);
    if (!(vxlan[0] & VXLAN_VNI_VALID))
        return NO_TUNNEL;
    w->id = be32_load(vxlan + 4) >> 8;
    w->type = TYPE_ETHERNET;
    if (gpe)
        w->type = vxlan[3] < sizeof types / sizeof types[0] ? types[vxlan[3]] : 0;
    w->at += VXLAN_BYTES;
    return w->type ? OPENED : CLOSED;
}

static enum verdict walk_geneve(struct walk *w)
{
    const uint8_t *geneve = header(w, GENEVE_BYTES);
    if (!geneve)
        return missing(w, GENEVE_BYTES);
    uint32_t bytes = GENEVE_BYTES + (geneve[0] & 63u) * 4;
    if (geneve[0] >> 6 != 0)
        return NO_TUNNEL;
    if (!header(w, bytes))
        return missing(w, bytes);
    w->type = be16_load(geneve + 2);
    w->id = be32_load(geneve + 4) >> 8;
    w->at += bytes;
    bool known = w->type == TYPE_ETHERNET || w->type == TYPE_IPV4 || w->type == TYPE_IPV6;
    return known && !(geneve[1] & GENEVE_CONTROL) ? OPENED : CLOSED;
}

static enum verdict walk_udp(struct walk *w)
{
    const uint8_t *udp = header(w, UDP_BYTES);
    if (!udp)
        return NO_TUNNEL;
    uint16_t port = be16_load(udp + 2), bytes = be16_load(udp + 4);
    if (bytes >= UDP_BYTES && w->at + bytes < w->end)
        w->end = w->at + bytes;
    w->at += UDP_BYTES;
    switch (port) {
    case PORT_VXLAN:
    case PORT_VXLAN_LINUX:
        return walk_vxlan(w, false);
    case PORT_VXLAN_GPE:
        return walk_vxlan(w, true);
    case PORT_GENEVE:
        return walk_geneve(w);
    default:
        return NO_TUNNEL;
    }
}

static enum verdict walk_ip(struct walk *w, uint8_t protocol)
{
    switch (protocol) {
    case PROTO_UDP:
        return walk_udp(w);
    case PROTO_GRE:
        return walk_gre(w);
    case PROTO_IPV4:
        w->type = TYPE_IPV4;
        return OPENED;
    case PROTO_IPV6:
        w->type = TYPE_IPV6;
        return OPENED;
    default:
        return NO_TUNNEL;
    }
}

/* Moves the inner frame to the front. An inner frame without Ethernet addresses keeps the outer ones. */
static enum verdict replace(struct link_frame *frame, const struct walk *w)
{
    uint32_t headroom = w->type == TYPE_ETHERNET ? 0 : ETHER_BYTES;
    uint32_t least = headroom ? 1 : ETHER_BYTES;
    if (w->at + least > w->end)
        return WRONG;
    if (w->at + least > frame->captured)
        return CUT;
    uint32_t captured = frame->captured < w->end ? frame->captured : w->end;
    memmove(frame->bytes + headroom, frame->bytes + w->at, w->end - w->at);
    if (headroom)
        be16_store(frame->bytes + TYPE_AT, w->type);
    frame->len = headroom + w->end - w->at;
    frame->captured = headroom + captured - w->at;
    frame->length_guessed = false;
    frame->tunnel = frame->tunnel * 16777619u + w->id + 1;
    return OPENED;
}

/* Returns true for the first fragment of a packet that goes through a UDP tunnel. Sets *first for any first fragment. */
static bool has_udp_tunnel(const struct link_frame *frame, const struct packet *packet, bool *first)
{
    struct walk w = {.frame = frame, .at = packet->ip_offset, .end = frame->len};
    const uint8_t *ip = frame->bytes + packet->ip_offset;
    if (packet->ip_version == 4) {
        w.at += (ip[0] & 15u) * 4;
        *first = (be16_load(ip + 6) & IPV4_OFFSET) == 0;
    } else { /* only where nothing but the fragment header lies between */
        w.at += IPV6_BYTES + IPV6_FRAGMENT_BYTES;
        *first = ip[6] == PROTO_FRAGMENT && (be16_load(ip + IPV6_OFFSET_AT) & IPV6_OFFSET) == 0;
    }
    return *first && walk_udp(&w) != NO_TUNNEL;
}

/* Returns a hash of the identification and addresses, which all fragments of one packet have in common. */
static uint32_t packet_mark(const struct link_frame *frame, const struct packet *packet)
{
    const uint8_t *ip = frame->bytes + packet->ip_offset;
    uint32_t mark = packet->ip_version == 4 ? be16_load(ip + 4) : be32_load(ip + IPV6_ID_AT);
    for (unsigned i = 0; i < sizeof packet->src; i++)
        mark = ((mark ^ packet->src[i]) * 16777619u ^ packet->dst[i]) * 16777619u;
    return mark;
}

/* Returns true if the fragment belongs to a tunnelled packet. The IP header tells this for all protocols except UDP. For
 * UDP only the first fragment has the ports, so the latest packets with a tunnel's port are remembered. */
static bool is_tunnel_fragment(struct capture_decap *decap, const struct link_frame *frame,
                               const struct packet *packet)
{
    uint8_t protocol = ip_fragment_protocol(frame->bytes, frame->len, packet);
    bool first;
    if (protocol != PROTO_UDP)
        return protocol == PROTO_GRE || protocol == PROTO_IPV4 || protocol == PROTO_IPV6;
    uint32_t mark = packet_mark(frame, packet);
    bool begins = has_udp_tunnel(frame, packet, &first);
    if (begins)
        decap->fragmented[decap->next++ % DECAP_FRAGMENTED_MAX] = mark;
    for (unsigned i = 0; !first && i < DECAP_FRAGMENTED_MAX; i++)
        begins = begins || (i < decap->next && decap->fragmented[i] == mark);
    return begins;
}

static enum verdict open_layer(struct capture_decap *decap, struct link_frame *frame, bool open,
                               enum left_out *why)
{
    struct packet packet;
    packet_parse(frame->bytes, frame->len, false, &packet);
    *why = LEFT_OUT_TUNNEL_FRAGMENT;
    if (packet.kind == PACKET_FRAGMENT)
        return is_tunnel_fragment(decap, frame, &packet) ? CLOSED : NO_TUNNEL;
    if (packet.kind != PACKET_OTHER || packet.ip_protocol == 0)
        return NO_TUNNEL;
    struct walk w = {
        .frame = frame, .at = packet.tcp_offset, .end = packet.ip_offset + packet.ip_bytes};
    enum verdict verdict = walk_ip(&w, packet.ip_protocol);
    *why = LEFT_OUT_TUNNEL;
    if (verdict == NO_TUNNEL || !open)
        return verdict == NO_TUNNEL ? NO_TUNNEL : CLOSED;
    if (verdict == OPENED)
        verdict = replace(frame, &w);
    if (verdict == CUT || verdict == WRONG)
        *why = verdict == CUT ? LEFT_OUT_CUT_HEADER : LEFT_OUT_MALFORMED;
    return verdict;
}

bool capture_decap(struct capture_decap *decap, struct link_frame *frame, enum left_out *why)
{
    frame->tunnel = 0;
    for (unsigned layer = 0; layer <= LAYERS_MAX; layer++) {
        enum verdict verdict = open_layer(decap, frame, decap->open && layer < LAYERS_MAX, why);
        if (verdict != OPENED)
            return verdict == NO_TUNNEL;
        capture_link_settle(frame);
    }
    return false;
}
