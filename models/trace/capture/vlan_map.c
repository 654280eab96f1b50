#include "models/trace/capture/vlan_map.h"

#include <assert.h>
#include <stddef.h>

void vlan_map_init(struct vlan_map *map)
{
    map->count = 1;
    map->stacks[0] = (struct vlan_stack){0};
}

uint16_t vlan_map_index(struct vlan_map *map, const struct packet *packet, uint32_t tunnel)
{
    uint16_t vids[2] = {0, 0};
    unsigned tags = 0;
    for (unsigned i = 0; i < packet->vlan_count; i++)
        if (packet->vlan_tci[i] & VLAN_VID_MASK)
            vids[tags++] = packet->vlan_tci[i] & VLAN_VID_MASK;
    for (uint32_t i = 0; i < map->count; i++)
        if (map->stacks[i].outer == vids[0] && map->stacks[i].inner == vids[1] &&
            map->stacks[i].tunnel == tunnel)
            return (uint16_t)i;
    if (map->count == VLAN_STACKS_MAX)
        return VLAN_MAP_FULL;
    map->stacks[map->count] =
        (struct vlan_stack){.outer = vids[0], .inner = vids[1], .tunnel = tunnel};
    return (uint16_t)map->count++;
}

static bool is_single(const struct vlan_stack *stack)
{
    return stack->outer && !stack->inner && stack->outer <= VLAN_VID_LAST;
}

/* Returns an earlier stack of the same tags in another tunnel, or null if there is none. */
static const struct vlan_stack *twin_find(const struct vlan_map *map, uint32_t index)
{
    const struct vlan_stack *stack = &map->stacks[index];
    for (uint32_t i = 0; i < index; i++)
        if (map->stacks[i].outer == stack->outer && map->stacks[i].inner == stack->inner)
            return &map->stacks[i];
    return NULL;
}

void vlan_map_assign(struct vlan_map *map)
{
    bool taken[VLAN_VID_LAST + 2] = {false};
    map->tagged = 0;
    for (uint32_t i = 1; i < map->count; i++) {
        if (!is_single(&map->stacks[i]))
            continue;
        map->tagged += !taken[map->stacks[i].outer];
        map->stacks[i].vid = (uint16_t)(VLAN_TAGGED | map->stacks[i].outer);
        taken[map->stacks[i].outer] = true;
    }
    uint16_t vid = VLAN_VID_LAST;
    for (uint32_t i = 1; i < map->count; i++) {
        if (is_single(&map->stacks[i]))
            continue;
        const struct vlan_stack *twin = twin_find(map, i);
        if (twin) {
            map->stacks[i].vid = twin->vid;
            continue;
        }
        while (vid > 0 && taken[vid])
            vid--;
        assert(vid > 0); /* at most 4094 tagged stacks are kept */
        taken[vid] = true;
        map->stacks[i].vid = (uint16_t)(VLAN_TAGGED | vid);
        map->tagged++;
    }
}
