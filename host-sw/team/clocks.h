/* Keeps the clocks of the NICs at the time of the host, if the NICs have clocks of their own (docs/hwif.md, section 11). */
#ifndef TOESIM_HOST_TEAM_CLOCKS_H
#define TOESIM_HOST_TEAM_CLOCKS_H

#include <stdbool.h>

struct host_sw;

/* Called when a NIC was brought up, whose clock is set then. */
void clocks_arm(struct host_sw *sw);

bool clocks_are_due(const struct host_sw *sw);

/* Sets all clocks again if it is time. Returns true if time has passed with this. It ends the step. */
bool clocks_run(struct host_sw *sw);

#endif
