/* Two links used as one: which members carry frames, given when their carrier came and went. */
#ifndef TOESIM_LAN_SWITCH_LINK_GROUP_H
#define TOESIM_LAN_SWITCH_LINK_GROUP_H

#include <stdbool.h>
#include <stdint.h>

enum { LINK_GROUP_MEMBERS = 2, LINK_GROUP_NONE = -1 };

/* A change of carrier counts once it has lasted detect_ps; a shorter flap is not seen. Evaluated
 * when asked, so waiting for it takes no event. */
struct link_group {
    uint64_t detect_ps;
    struct link_member {
        bool was_used;   /* before changed_ps + detect_ps */
        bool is_up;      /* carrier now */
        bool is_bundled; /* link aggregation control lets it carry frames */
        uint64_t changed_ps;
    } members[LINK_GROUP_MEMBERS];
};

/* Both members are up, bundled and in use. */
void link_group_init(struct link_group *group, uint64_t detect_ps);
void link_group_set_up(struct link_group *group, unsigned member, bool up, uint64_t now_ps);
/* What link aggregation control says of a member; it counts at once. Without it: always bundled. */
void link_group_set_bundled(struct link_group *group, unsigned member, bool bundled);

bool link_group_is_used(const struct link_group *group, unsigned member, uint64_t now_ps);
/* preferred if it is in use, else the other one, else LINK_GROUP_NONE. */
int link_group_pick(const struct link_group *group, unsigned preferred, uint64_t now_ps);

#endif
