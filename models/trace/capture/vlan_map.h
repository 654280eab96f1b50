/* Each distinct stack of VLAN tags becomes one VID, because the team knows single tags only. Tunnels
 * that frames were taken out of are told apart too, but are not seen on the wire any more. */
#ifndef TOESIM_TRACE_VLAN_MAP_H
#define TOESIM_TRACE_VLAN_MAP_H

#include "models/wire/packet.h"

#include <stdbool.h>
#include <stdint.h>

/* VIDs 1 to 4094 exist; no more stacks than that can be told apart. Index 0: untagged, in no tunnel. */
enum { VLAN_VID_LAST = 4094, VLAN_STACKS_MAX = VLAN_VID_LAST + 1, VLAN_NO_ROOM = UINT16_MAX };

struct vlan_stack {
    uint16_t outer, inner; /* inner 0: a single tag; outer 0: none */
    uint32_t tunnel;       /* 0: none */
    uint16_t vid;          /* VLAN_TAGGED | VID or VLAN_NONE, after vlan_map_assign() */
};

struct vlan_map {
    uint32_t count;
    uint32_t tagged; /* distinct stacks of tags, after vlan_map_assign() */
    struct vlan_stack stacks[VLAN_STACKS_MAX];
};

void vlan_map_init(struct vlan_map *map);

/* Index of the packet's stack, in a tunnel or in none (0); VLAN_NO_ROOM when there are too many. A tag of VID 0 only carries a
 * priority (IEEE 802.1Q 9.6) and counts as none. */
uint16_t vlan_map_index(struct vlan_map *map, const struct packet *packet, uint32_t tunnel);

/* Single tags keep their VID; other stacks get free ones from the top. */
void vlan_map_assign(struct vlan_map *map);

#endif
