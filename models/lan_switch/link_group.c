#include "models/lan_switch/link_group.h"

#include <assert.h>

void link_group_init(struct link_group *group, uint64_t detect_ps)
{
    group->detect_ps = detect_ps;
    for (int i = 0; i < LINK_GROUP_MEMBERS; i++)
        group->members[i] = (struct link_member){true, true, true, 0};
}

static bool has_carrier(const struct link_group *group, const struct link_member *member,
                        uint64_t now_ps)
{
    assert(now_ps >= member->changed_ps);
    return now_ps - member->changed_ps >= group->detect_ps ? member->is_up : member->was_used;
}

void link_group_set_up(struct link_group *group, unsigned member, bool up, uint64_t now_ps)
{
    assert(member < LINK_GROUP_MEMBERS);
    struct link_member *m = &group->members[member];
    if (m->is_up == up)
        return;
    m->was_used = has_carrier(group, m, now_ps);
    m->is_up = up;
    m->changed_ps = now_ps;
}

bool link_group_is_used(const struct link_group *group, unsigned member, uint64_t now_ps)
{
    assert(member < LINK_GROUP_MEMBERS);
    const struct link_member *m = &group->members[member];
    return m->is_bundled && has_carrier(group, m, now_ps);
}

void link_group_set_bundled(struct link_group *group, unsigned member, bool bundled)
{
    assert(member < LINK_GROUP_MEMBERS);
    group->members[member].is_bundled = bundled;
}

int link_group_pick(const struct link_group *group, unsigned preferred, uint64_t now_ps)
{
    if (link_group_is_used(group, preferred, now_ps))
        return (int)preferred;
    unsigned other = 1 - preferred;
    return link_group_is_used(group, other, now_ps) ? (int)other : LINK_GROUP_NONE;
}
