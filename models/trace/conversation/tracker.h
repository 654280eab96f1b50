/* Sorts captured TCP segments by VLAN stack and both endpoints. A tuple may have several
 * conversations, one after another, which acceptance.c separates. */
#ifndef TOESIM_TRACE_TRACKER_H
#define TOESIM_TRACE_TRACKER_H

#include "models/hwif/flow_key.h"
#include "models/trace/capture/vlan_map.h"
#include "models/trace/conversation/segment/segment_rows.h"
#include "models/trace/store/spill.h"
#include "models/wire/packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One tuple. Endpoint 0 is `local` of the key, which is the endpoint with the lower address, client or server. */
struct raw_tuple {
    struct flow_key key; /* vlan: index into the VLAN map */
    uint8_t mac[2][6];
    struct segment_list list; /* its segments, in the order of the file */
    uint32_t count[2];        /* segments of each endpoint */
    uint32_t good[2];         /* of these, with a verified checksum */
    uint32_t bad[2];          /* of these, with a wrong checksum */
};

/* An entry of the hash table. */
struct tuple_slot {
    uint32_t tuple; /* plus 1; 0: free */
    uint32_t mark;  /* a part of the hash of its key, so that few keys are read from the spill */
};

struct tracker {
    struct spill *pages;
    struct segment_rows *segments;
    size_t segment_count;
    uint64_t unfilled_checksums;
    struct spill *tuples; /* struct raw_tuple */
    size_t tuple_count;
    struct tuple_slot *table; /* open addressing */
    size_t table_size;
    struct vlan_map vlans;
};

/* Initializes the tracker. Returns false if memory is short. */
bool tracker_init(struct tracker *tracker);
void tracker_free(struct tracker *tracker);

/* Adds one segment, whose index and dir are set here. `vlan` is its index in the tracker's VLAN map. Returns false if
 * memory is short or the disk failed. */
bool tracker_add(struct tracker *tracker, const struct packet *packet, uint16_t vlan,
                 const struct raw_segment *segment);

/* Returns the tuple with this number, counted from 0 in the order of the file, or null if memory is short or the disk
 * failed. It is valid until the next call of a function that takes the tracker. `write` tells that the caller changes
 * it. */
struct raw_tuple *tracker_tuple(struct tracker *tracker, size_t number, bool write);

/* Frees what is only needed to add segments. */
void tracker_seal(struct tracker *tracker);

/* Returns the first error of the tracker's spills in `err`, or STATUS_OK. */
enum status tracker_trouble(const struct tracker *tracker, struct error *err);

/* Returns true if the checksum of the segment is right or can be repaired. All segments must have been added before. */
bool tracker_is_accepted(const struct raw_tuple *tuple, const struct raw_segment *segment);
/* Returns true if some segment of the tuple is not accepted. */
bool tracker_has_dropped(const struct raw_tuple *tuple);

/* Returns the bytes that are in memory for the tuples because they cannot be on disk. */
uint64_t tracker_memory_bytes(const struct tracker *tracker);
/* Returns the bytes of the tuples, in memory and on disk, without their segments. */
uint64_t tracker_stored_bytes(const struct tracker *tracker);

/* Counts the checksums that are repaired and the segments that are not accepted, over all tuples. Returns
 * false if memory is short or the disk failed. */
bool tracker_count_checksums(struct tracker *tracker, uint64_t *repaired, uint64_t *dropped);

#endif
