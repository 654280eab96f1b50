/* A team mode decides how the two ports share the work. Each mode is one file. */
#ifndef TOESIM_HOST_TEAM_TEAM_MODE_H
#define TOESIM_HOST_TEAM_TEAM_MODE_H

#include "models/hwif/nic_bus.h"

#include <stdbool.h>

/* The state of the ports on which a mode decides. */
struct team_ports {
    bool usable[NIC_COUNT]; /* the NIC answers and its link is up */
    unsigned active;        /* the port that carries the frames in a mode with one such port */
};

struct team_mode_ops {
    const char *name; /* the value of the scenario key that chooses this mode */
    /* True if the switch must send every frame to the active port while that port is usable. */
    bool one_port_carries;
    /* True if an operator may choose the active port (the fault set_active). */
    bool can_set_active;
    /* Returns true if this NIC may own connections. */
    bool (*may_own)(const struct team_ports *ports, unsigned nic);
    /* Returns the port for a frame that the host sends in answer to a frame received on `nic`. */
    unsigned (*reply_port)(const struct team_ports *ports, unsigned nic);
    /* Updates ports->active when the usability of ports has changed, or when the port `wanted` is to be active. wanted
     * is NIC_COUNT if no port is named. */
    void (*on_change)(struct team_ports *ports, unsigned wanted);
};

/* The modes, in the order of mode_list.h. */
extern const struct team_mode_ops *const team_mode_table[];

/* Returns the names of all modes; the list ends with a null pointer. */
const char *const *team_mode_names(void);

/* Returns the other NIC of the two. */
static inline unsigned team_other(unsigned nic) { return 1 - nic; }

#endif
