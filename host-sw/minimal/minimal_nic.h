/*
 * One NIC as the minimal program drives it: bring-up, the four rings, commands and doorbells. The comments name the
 * sections of docs/hwif.md. The driver uses version 1 of the interface.
 */
#ifndef TOESIM_HOST_MINIMAL_NIC_H
#define TOESIM_HOST_MINIMAL_NIC_H

#include "models/hwif/nic_bus.h"
#include "models/hwif/nic_desc.h"

#include <stdbool.h>
#include <stdint.h>

struct host_sw_params;

enum {
    MINIMAL_RING_LOG2 = 13, /* entries of each ring: 8,192 */
    MINIMAL_BUFFERS = 512,  /* frame buffers that each NIC starts with */
};

enum minimal_ring_kind {
    MINIMAL_COMMANDS,
    MINIMAL_RECORDS,
    MINIMAL_EVENTS,
    MINIMAL_BUFFER_RING,
    MINIMAL_RINGS
};

/* A ring in host memory. Counts run freely modulo 2^32. */
struct minimal_ring {
    uint64_t base;
    uint32_t entry_bytes;
    uint32_t count; /* entries that the host has written, or has read */
    uint32_t told;  /* the count that was last written to the NIC */
    bool armed;     /* an interrupt is asked for and has not come */
};

struct minimal_nic {
    struct nic_bus bus;
    unsigned number;
    bool up;
    uint32_t conn_max;
    uint64_t buffers; /* address of the NIC's frame buffers */
    struct minimal_ring rings[MINIMAL_RINGS];
    uint32_t commands_open; /* issued and not completed */
    uint32_t posted;        /* buffers that the NIC has for frames */
};

/* Brings the NIC up (section 1). Returns null, or what is wrong with the NIC. */
const char *minimal_nic_start(struct minimal_nic *nic, struct nic_bus bus, unsigned number,
                              const struct host_sw_params *params);
/* Stops the NIC, which writes nothing to host memory after this. */
void minimal_nic_stop(struct minimal_nic *nic);

/* Returns the next record or event as it was at the start of the step, or null. */
const struct nic_record *minimal_nic_record(const struct minimal_nic *nic);
const struct nic_event *minimal_nic_event(const struct minimal_nic *nic);
void minimal_nic_advance(struct minimal_nic *nic, enum minimal_ring_kind kind);

/* Writes a command into the ring, which must have space. Each command asks for a completion. */
void minimal_nic_command(struct minimal_nic *nic, const struct nic_cmd *cmd);
uint32_t minimal_nic_space(const struct minimal_nic *nic); /* of the command ring */
/* Gives the NIC a buffer for a frame. */
void minimal_nic_post(struct minimal_nic *nic, uint64_t address);
void minimal_nic_doorbell(struct minimal_nic *nic, const struct nic_doorbell *doorbell);

/* Tells the NIC the counts that have changed in this step. */
void minimal_nic_flush(struct minimal_nic *nic);
/* Asks for an interrupt when there is a new record or event. */
void minimal_nic_arm(struct minimal_nic *nic);
/* Notes which of the interrupts in the result of wait() are this NIC's. */
void minimal_nic_fired(struct minimal_nic *nic, uint32_t fired);
/* Watches the next entries in memory, for a machine that polls. */
void minimal_nic_watch(const struct minimal_nic *nic);

#endif
