/* Maps each distinct stack of VLAN tags to one VID, because the team supports single tags only. Frames from different
 * tunnels get different VIDs as well, although the tunnels are no longer visible on the wire. */
#ifndef TOESIM_TRACE_VLAN_MAP_H
#define TOESIM_TRACE_VLAN_MAP_H

#include "models/wire/packet.h"

#include <stdbool.h>
#include <stdint.h>

/* VIDs 1 to 4094 exist, so no more stacks than that can be distinguished. Index 0 stands for untagged frames that were
 * in no tunnel. */
enum { VLAN_VID_LAST = 4094, VLAN_STACKS_MAX = VLAN_VID_LAST + 1, VLAN_MAP_FULL = UINT16_MAX };

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

/* Returns the index of the packet's stack, or VLAN_MAP_FULL if there are too many stacks. `tunnel` is 0 for a packet that
 * was in no tunnel. A tag of VID 0 only carries a priority (IEEE 802.1Q 9.6) and counts as no tag. */
uint16_t vlan_map_index(struct vlan_map *map, const struct packet *packet, uint32_t tunnel);

/* Assigns a VID to each stack. Single tags keep their VID; other stacks get free VIDs from the top. */
void vlan_map_assign(struct vlan_map *map);

#endif
