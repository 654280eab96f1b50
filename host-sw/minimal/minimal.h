/*
 * The minimal program of the server. It is a second driver for the NICs, and uses only what docs/hwif.md describes of
 * version 1 of the interface. Of the full driver's code it calls only what makes initial sequence numbers. It opens
 * connections for the application and moves each one to the NIC that received its last frame, by way of host memory.
 *
 * It does nothing else. It answers no ARP, neighbour discovery or ping, opens no connections by itself, keeps no
 * TIME_WAIT, and lets no connection rest. A number of a connection is used once. A NIC that fails or is fenced is not
 * brought back, and its connections stay silent. If a NIC refuses a connection in a move, the connection ends with
 * NIC_TERM_ENGINE_ERROR. Frames that it must drop for lack of space in a ring are sent again by the peer.
 */
#ifndef TOESIM_HOST_MINIMAL_MINIMAL_H
#define TOESIM_HOST_MINIMAL_MINIMAL_H

#include "host-sw/types/program.h"
#include "host-sw/types/server_params.h"
#include "models/base/probe.h"
#include "models/hwif/nic_bus.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Creates the program, which keeps app and probe. Returns null if no memory is left. The caller has checked the
 * parameters with minimal_cannot(). */
struct host_sw *minimal_create(const struct host_sw_params *params, struct nic_bus bus,
                               const struct app_ops *app, void *app_self,
                               const struct probe *probe);

/* A parameter whose value asks for something that the program cannot do. */
struct minimal_refusal {
    const char *key, *cure; /* static text: key of a scenario, and what to write there */
};
/* Returns true and fills *refusal if there is such a parameter. */
bool minimal_cannot(const struct host_sw_params *params, struct minimal_refusal *refusal);

#ifdef __cplusplus
}
#endif

#endif
