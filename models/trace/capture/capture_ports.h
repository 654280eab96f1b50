/* The interfaces a capture was recorded on, and the NIC at which each interface's frames arrive
 * (port policy `captured`). */
#ifndef TOESIM_TRACE_CAPTURE_PORTS_H
#define TOESIM_TRACE_CAPTURE_PORTS_H

#include "models/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { INTERFACES_MAX = 1024, INTERFACE_NAME_MAX = 64, PORT_NONE = 0xff };

struct capture_ports {
    uint32_t count;
    struct capture_port {
        char name[INTERFACE_NAME_MAX]; /* its number where the file gives none */
        bool left_out;                 /* the user did not select it */
        bool carries_peers;            /* a frame of a client was captured on it */
        uint8_t nic;                   /* 0, 1 or PORT_NONE */
    } of[INTERFACES_MAX];
};

/* Adds interface `index`, the next one of the file. `name` may be empty. `wanted` lists the selected names or numbers,
 * separated by commas; an empty list selects all. */
void capture_ports_add(struct capture_ports *ports, uint32_t index, const char *name,
                       const char *wanted);

/* Returns an error if `wanted` names an interface that the file does not have. The message lists the interfaces. */
enum status capture_ports_check(const struct capture_ports *ports, const char *path,
                                const char *wanted, struct error *err);

/* Assigns a NIC to each interface. `port_of` has the form eth0=nic0,eth1=nic1; if it is empty, the first two interfaces
 * that carry peers' frames are used. Returns an error for an unknown name or NIC, and for an interface with peers'
 * frames that has no NIC. */
enum status capture_ports_assign(struct capture_ports *ports, const char *path, const char *port_of,
                                 struct error *err);

#endif
