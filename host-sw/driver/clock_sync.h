/*
 * Sets the clock of a NIC that has one of its own. The driver reads the NIC's counter and compares it with its own time:
 * the counter was what it was somewhere between the beginning and the end of the read.
 */
#ifndef TOESIM_HOST_DRIVER_CLOCK_SYNC_H
#define TOESIM_HOST_DRIVER_CLOCK_SYNC_H

#include "models/hwif/nic_bus.h"

#include <stdbool.h>
#include <stdint.h>

struct clock_sync {
    bool is_free;     /* NIC_STATUS_CLOCK */
    int64_t base_ps;  /* what the driver has set */
    uint64_t best_ps; /* the shortest read of the counter so far */
};

/* Sets the clock before the NIC is enabled, from the best of some reads. Has no effect if the clock is not free. */
void clock_sync_start(struct clock_sync *clock, struct nic_bus bus, unsigned nic);

/* Sets the clock again, by one read. A read that took long corrects only what it proves to be wrong. */
void clock_sync_again(struct clock_sync *clock, struct nic_bus bus, unsigned nic);

#endif
