#include "models/wire/flow_hash.h"

#include "models/wire/bytes.h"

enum { TOEPLITZ_INPUT_MAX = 36, V4_IN_V6 = 12 };

/* Loads a word as Linux does on a little-endian host, because the published values depend on this order. */
static uint32_t word_load(const uint8_t *at)
{
    uint32_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

static uint32_t addr_fold(const uint8_t *addr, uint8_t ip_version)
{
    uint32_t last = word_load(addr + V4_IN_V6);
    if (ip_version == 4)
        return last;
    return word_load(addr) ^ word_load(addr + 4) ^ word_load(addr + 8) ^ last;
}

static uint32_t layer2(const struct packet *packet)
{
    return (uint32_t)(packet->src_mac[5] ^ packet->dst_mac[5]) ^ packet->ether_type;
}

uint32_t flow_hash(enum flow_hash_policy policy, const struct packet *packet)
{
    uint32_t hash = 0;
    if (policy == FLOW_HASH_LAYER2 || packet->ip_version == 0)
        return layer2(packet);
    if (policy == FLOW_HASH_LAYER2_3) {
        hash = layer2(packet);
    } else if (packet->kind == PACKET_TCP) {
        uint8_t ports[4];
        be16_store(ports, packet->seg.sport);
        be16_store(ports + 2, packet->seg.dport);
        hash = word_load(ports);
    }
    hash ^= addr_fold(packet->src, packet->ip_version) ^ addr_fold(packet->dst, packet->ip_version);
    hash ^= hash >> 16;
    hash ^= hash >> 8;
    return policy == FLOW_HASH_LAYER3_4 ? hash >> 1 : hash;
}

uint32_t flow_hash_toeplitz(const uint8_t key[40], const struct packet *packet, int with_ports)
{
    uint8_t input[TOEPLITZ_INPUT_MAX];
    uint32_t first = packet->ip_version == 4 ? V4_IN_V6 : 0;
    uint32_t addr_len = 16 - first;
    uint32_t len = 2 * addr_len;
    memcpy(input, packet->src + first, addr_len);
    memcpy(input + addr_len, packet->dst + first, addr_len);
    if (with_ports) {
        be16_store(input + len, packet->seg.sport);
        be16_store(input + len + 2, packet->seg.dport);
        len += 4;
    }
    uint32_t hash = 0;
    for (uint32_t i = 0; i < len; i++) {
        /* The 32 key bits that begin at bit 8 * i + bit of the key. */
        uint64_t window = (uint64_t)be32_load(key + i) << 8 | key[i + 4];
        for (unsigned bit = 0; bit < 8; bit++)
            if (input[i] >> (7 - bit) & 1)
                hash ^= (uint32_t)(window >> (8 - bit));
    }
    return hash;
}

/* The key of the published test vectors (docs/timing.md 3.6). */
static const uint8_t shared_key[40] = {0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67,
                                       0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb,
                                       0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30,
                                       0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa};

uint32_t flow_hash_of_packet(const struct packet *packet)
{
    return flow_hash_toeplitz(shared_key, packet, 1);
}

uint32_t flow_hash_of_tuple(const struct flow_key *key)
{
    struct packet packet = {.ip_version = key->ip_version};
    memcpy(packet.src, key->raddr, sizeof packet.src);
    memcpy(packet.dst, key->laddr, sizeof packet.dst);
    packet.seg.sport = key->rport;
    packet.seg.dport = key->lport;
    return flow_hash_of_packet(&packet);
}
