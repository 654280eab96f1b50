/* Frames given to a NIC to process as if received: which buffer each is in, until its record comes.
 */
#ifndef TOESIM_HOST_DRIVER_INJECT_TABLE_H
#define TOESIM_HOST_DRIVER_INJECT_TABLE_H

#include <stdbool.h>
#include <stdint.h>

struct inject_slot {
    uint64_t frame_id; /* 0: empty */
    uint64_t buffer;
    unsigned nic;
};

/* Open addressing by frame number. A frame is with one NIC at a time. */
struct inject_table {
    struct inject_slot *slots;
    uint32_t log2_slots;
    uint32_t count;
};

bool inject_table_init(struct inject_table *table);
void inject_table_free(struct inject_table *table);

/* frame_id is not 0 and not in the table. */
void inject_table_add(struct inject_table *table, uint64_t frame_id, uint64_t buffer, unsigned nic);
/* Its buffer; 0: it was not there. */
uint64_t inject_table_remove(struct inject_table *table, uint64_t frame_id);
/* Removes one frame of a NIC that is gone; false: none is left. */
bool inject_table_remove_of_nic(struct inject_table *table, unsigned nic, uint64_t *frame_id,
                                uint64_t *buffer);

#endif
