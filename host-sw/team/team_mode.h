/* How the two ports share the work: one file for each team mode. */
#ifndef TOESIM_HOST_TEAM_TEAM_MODE_H
#define TOESIM_HOST_TEAM_TEAM_MODE_H

#include "models/hwif/nic_bus.h"

#include <stdbool.h>

/* What a mode knows. */
struct team_ports {
    bool usable[NIC_COUNT]; /* NIC answers and its link is up */
    unsigned active;        /* the port that carries the frames, where only one does */
};

struct team_mode_ops {
    const char *name; /* the scenario's word, and written nowhere else */
    /* What the switch must do: send every frame to the active port, as long as that is usable. */
    bool one_port_carries;
    /* An operator may choose the active port (the fault set_active). */
    bool can_set_active;
    /* May a connection live on this NIC? */
    bool (*may_own)(const struct team_ports *ports, unsigned nic);
    /* Port for a frame of the host's own in answer to one received on `nic`. */
    unsigned (*reply_port)(const struct team_ports *ports, unsigned nic);
    /* The usability of ports has changed, or `wanted` is to be active (NIC_COUNT: none is named).
     * Updates ports->active. */
    void (*on_change)(struct team_ports *ports, unsigned wanted);
};

/* The modes, in the order of mode_list.h. */
extern const struct team_mode_ops *const team_mode_table[];

/* The names of all, ending with a null. */
const char *const *team_mode_names(void);

/* The other one of two. */
static inline unsigned team_other(unsigned nic) { return 1 - nic; }

#endif
