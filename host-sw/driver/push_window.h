/* The push window of one NIC (docs/hwif.md, section 4a). The driver writes each command as one line of 64 bytes into BAR
 * 0, and the NIC need not fetch it. */
#ifndef TOESIM_HOST_DRIVER_PUSH_WINDOW_H
#define TOESIM_HOST_DRIVER_PUSH_WINDOW_H

#include "models/hwif/nic_bus.h"
#include "models/hwif/nic_desc.h"

#include <stdbool.h>
#include <stdint.h>

struct push_window {
    struct nic_bus bus;
    unsigned nic;
    uint32_t log2_slots;
    struct nic_cmd
        *lines; /* the commands by slot, until they are written; null if the window is not used */
};

/* Asks the NIC for its window. The call blocks for one register access. Returns false if the NIC takes no pushed
 * commands. `version` is that of the NIC's interface. */
bool push_window_init(struct push_window *window, struct nic_bus bus, unsigned nic,
                      uint32_t version);
void push_window_free(struct push_window *window);

/* Keeps the command of this number for push_window_write(). Its slot must be free. */
void push_window_put(struct push_window *window, uint32_t number, const struct nic_cmd *cmd);

/* Writes the commands with the numbers from `from` to `end` - 1. The numbers run freely modulo 2^32. */
void push_window_write(const struct push_window *window, uint32_t from, uint32_t end);

#endif
