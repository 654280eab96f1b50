#include "models/script/pkt_icmp.h"

#include "models/script/pkt_segment.h"

#include "models/wire/bytes.h"
#include "models/wire/icmp.h"

#include <assert.h>
#include <string.h>

enum { NO_SUCH = 255, QUOTED_TCP_BYTES = 8, V4_TOO_BIG = 3, V4_TOO_BIG_CODE = 4 };

static const struct kind {
    const char *name;
    uint8_t type4, code4, type6, code6;
} kinds[] = {
    {"net-unreachable", 3, 0, 1, 0},
    {"host-unreachable", 3, 1, 1, 3},
    {"protocol-unreachable", 3, 2, NO_SUCH, 0},
    {"port-unreachable", 3, 3, 1, 4},
    {"too-big", V4_TOO_BIG, V4_TOO_BIG_CODE, 2, 0},
    {"prohibited", 3, 13, 1, 1},
    {"time-exceeded", 11, 0, 3, 0},
    {"parameter-problem", 12, 0, 4, 0},
    {"source-quench", 4, 0, NO_SUCH, 0},
};

static const struct kind *find(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

bool pkt_icmp_is_kind(const char *kind) { return find(kind) != NULL; }

uint32_t pkt_icmp_build(struct pkt_wire *wire, const char *name, uint32_t seq, uint32_t mtu,
                        uint8_t *frame)
{
    const struct kind *kind = find(name);
    const struct pkt_ends *ends = &wire->ends;
    bool v4 = ends->ip_version == 4;
    assert(kind && (v4 || kind->type6 != NO_SUCH));
    /* The quoted packet is one that the server sent, cut off after the ports and the sequence
     * number. */
    uint8_t quoted[128];
    struct packet_out sent = {.vlan = VLAN_NONE,
                              .ip_version = ends->ip_version,
                              .ttl = 1,
                              .sport = ends->server_port,
                              .dport = ends->peer_port,
                              .seq = wire->server_isn + seq,
                              .flags = TCP_ACK};
    memcpy(sent.src, ends->server_addr, sizeof sent.src);
    memcpy(sent.dst, ends->peer_addr, sizeof sent.dst);
    (void)packet_build(quoted, &sent, 0);
    uint32_t ip = packet_ip_payload_offset(&sent) - (v4 ? 20 : 40);
    uint32_t bytes = (v4 ? 20 : 40) + QUOTED_TCP_BYTES;
    struct packet_out out = {.vlan = ends->vlan, .ip_version = ends->ip_version, .ttl = 64};
    memcpy(out.dst_mac, ends->server_mac, sizeof out.dst_mac);
    memcpy(out.src_mac, ends->peer_mac, sizeof out.src_mac);
    memcpy(out.dst, ends->server_addr, sizeof out.dst);
    /* This is the address of the router. Nobody checks it. */
    memcpy(out.src, ends->peer_addr, sizeof out.src);
    return icmp_build(frame, &out, v4 ? kind->type4 : kind->type6, v4 ? kind->code4 : kind->code6,
                      mtu, quoted + ip, bytes);
}
