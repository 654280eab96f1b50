/* The tuple that identifies a connection on the wire, as the server sees it. It is the key of every lookup table. */
#ifndef TOESIM_HWIF_FLOW_KEY_H
#define TOESIM_HWIF_FLOW_KEY_H

#include <assert.h>
#include <stdint.h>
#include <string.h>

enum { VLAN_TAGGED = 0x8000, VLAN_VID_MASK = 0x0fff, VLAN_NONE = 0 };

/* 40 bytes without padding, so memcmp() compares keys. Ports in host order. */
struct flow_key {
    uint8_t laddr[16]; /* local; IPv4 as ::ffff:a.b.c.d (RFC 4291 2.5.5.2) */
    uint8_t raddr[16]; /* remote */
    uint16_t lport;
    uint16_t rport;
    uint16_t vlan; /* VLAN_TAGGED | VID, or VLAN_NONE */
    uint8_t ip_version;
    uint8_t reserved; /* 0 */
};

static_assert(sizeof(struct flow_key) == 40, "flow_key has padding");

/* Returns the tuple as the other end sees it, with the local and the remote address and port exchanged. */
static inline struct flow_key flow_key_reversed(const struct flow_key *key)
{
    struct flow_key other = *key;
    memcpy(other.laddr, key->raddr, sizeof other.laddr);
    memcpy(other.raddr, key->laddr, sizeof other.raddr);
    other.lport = key->rport;
    other.rport = key->lport;
    return other;
}

#endif
