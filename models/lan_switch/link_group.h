/* Two links used as one. The group decides which members carry frames, from the changes of their carrier. */
#ifndef TOESIM_LAN_SWITCH_LINK_GROUP_H
#define TOESIM_LAN_SWITCH_LINK_GROUP_H

#include <stdbool.h>
#include <stdint.h>

enum { LINK_GROUP_MEMBERS = 2, LINK_GROUP_NONE = -1 };

/* A change of carrier counts once it has lasted detect_ps; a shorter flap is ignored. The state is computed
 * when it is asked for, so the delay needs no event. */
struct link_group {
    uint64_t detect_ps;
    struct link_member {
        bool was_used;   /* use before changed_ps + detect_ps */
        bool is_up;      /* has carrier now */
        bool is_bundled; /* link aggregation control allows it to carry frames */
        uint64_t changed_ps;
    } members[LINK_GROUP_MEMBERS];
};

/* Sets up a group with both members up, bundled and in use. */
void link_group_init(struct link_group *group, uint64_t detect_ps);
void link_group_set_up(struct link_group *group, unsigned member, bool up, uint64_t now_ps);
/* Sets what link aggregation control reports of a member; it has an effect at once. Without it a member
 * stays bundled. */
void link_group_set_bundled(struct link_group *group, unsigned member, bool bundled);

bool link_group_is_used(const struct link_group *group, unsigned member, uint64_t now_ps);
/* Returns `preferred` if it is in use, otherwise the other member if that is in use, otherwise LINK_GROUP_NONE. */
int link_group_pick(const struct link_group *group, unsigned preferred, uint64_t now_ps);

#endif
