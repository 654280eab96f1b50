/* A table of the frames that the host has given to a NIC to process as if it had received them. Each entry names the
 * buffer of a frame until the NIC's record comes. */
#ifndef TOESIM_HOST_DRIVER_INJECT_TABLE_H
#define TOESIM_HOST_DRIVER_INJECT_TABLE_H

#include <stdbool.h>
#include <stdint.h>

struct inject_slot {
    uint64_t frame_id; /* 0 if the slot is empty */
    uint64_t buffer;
    unsigned nic;
};

/* The table uses open addressing with the frame id as the key. At most one NIC has a frame at a time. */
struct inject_table {
    struct inject_slot *slots;
    uint32_t log2_slots;
    uint32_t count;
};

bool inject_table_init(struct inject_table *table);
void inject_table_free(struct inject_table *table);

/* Adds a frame. frame_id must not be 0 and must not be in the table. */
void inject_table_add(struct inject_table *table, uint64_t frame_id, uint64_t buffer, unsigned nic);
/* Removes a frame. Returns its buffer, or 0 if the frame was not in the table. */
uint64_t inject_table_remove(struct inject_table *table, uint64_t frame_id);
/* Removes one frame that a dead NIC had. Returns false if none is left. */
bool inject_table_remove_of_nic(struct inject_table *table, unsigned nic, uint64_t *frame_id,
                                uint64_t *buffer);

#endif
