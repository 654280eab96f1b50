/* The image slots of one NIC (docs/hwif.md, section 4b). A slot takes one image on its way to the NIC. The driver hands the
 * slots out, one for each INSTALL that takes its image from a slot. */
#ifndef TOESIM_HOST_DRIVER_IMAGE_SLOTS_H
#define TOESIM_HOST_DRIVER_IMAGE_SLOTS_H

#include "models/hwif/nic_bus.h"

#include <stdbool.h>
#include <stdint.h>

struct conn_ctx;

struct image_slots {
    struct nic_bus bus;
    unsigned nic;
    uint32_t count;              /* 0 if the NIC has none, or if they are not used */
    uint64_t used_bits;          /* one bit for each slot that is handed out */
    uint32_t grants_max, grants; /* grants that the NIC can have at a time, and that it has */
};

/* Asks the NIC for its slots, of which there may be none. The call blocks for register accesses. `version` is that of the
 * NIC's interface. */
void image_slots_init(struct image_slots *slots, struct nic_bus bus, unsigned nic,
                      uint32_t version);

/* Hands out a free slot and sets *slot. Returns false if there is none. */
bool image_slots_take(struct image_slots *slots, uint8_t *slot);

/* Hands out a free slot for a grant, and sets *address to its bus address, which another NIC can write to. Returns false if
 * there is no slot, or if the NIC has as many grants as it can have. */
bool image_slots_grant(struct image_slots *slots, uint64_t bar_address, uint8_t *slot,
                       uint64_t *address);

/* Notes that an INSTALL that was a grant has completed. */
void image_slots_end_grant(struct image_slots *slots);

/* Returns true if an INSTALL may have failed with this result because of its slot, so that it is worth while to try it with the
 * image in host memory. */
bool image_slots_explain(uint8_t result);

/* Takes a slot back, because the INSTALL that named it has completed. */
void image_slots_give_back(struct image_slots *slots, uint8_t slot);

/* Writes the image into the slot as lines of 64 bytes, and charges each line. */
void image_slots_write(const struct image_slots *slots, uint8_t slot, const struct conn_ctx *image);

#endif
