/* The fakes around the rig's engines. Only toe_rig.c uses them. */
#ifndef TOESIM_TEST_TOE_RIG_FAKES_H
#define TOESIM_TEST_TOE_RIG_FAKES_H

#include "models/toe/test/toe_rig.h"

struct stage rig_fakes_stage(struct rig *rig);
void rig_fakes_wire(struct rig_nic *n, struct toe_wiring *wiring);
void rig_fakes_free(struct rig *rig);

#endif
