/* Sorts captured TCP segments by VLAN stack and both endpoints. A tuple may have several
 * conversations, one after another: acceptance.c tells them apart. */
#ifndef TOESIM_TRACE_TRACKER_H
#define TOESIM_TRACE_TRACKER_H

#include "models/hwif/flow_key.h"
#include "models/trace/capture/vlan_map.h"
#include "models/trace/conversation/segment_rows.h"
#include "models/trace/store/spill.h"
#include "models/wire/packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One tuple. Endpoint 0 is `local` of the key: the lower of both, whoever it is. */
struct raw_tuple {
    struct flow_key key; /* vlan: index into the VLAN map */
    uint8_t mac[2][6];
    struct segment_list list; /* its segments, in the order of the file */
    uint32_t first;           /* index of the first one */
    uint32_t count[2];        /* segments of each endpoint */
    uint32_t good[2];         /* of these, with a verified checksum */
    uint32_t bad[2];          /* and with a wrong one */
};

struct tracker {
    struct spill *pages;
    struct segment_rows *segments;
    size_t segment_count;
    uint64_t unfilled_checksums;
    struct raw_tuple *tuples;
    size_t tuple_count, tuple_room;
    uint32_t *table; /* open addressing: index of each tuple, plus 1; 0: free */
    size_t table_size, table_used;
    struct vlan_map vlans;
};

/* False: out of memory. */
bool tracker_init(struct tracker *tracker);
void tracker_free(struct tracker *tracker);

/* Adds one segment (index and dir are filled in here); vlan: its index in the tracker's VLAN map.
 * False: out of memory, or the disk failed. */
bool tracker_add(struct tracker *tracker, const struct packet *packet, uint16_t vlan,
                 const struct raw_segment *segment);

/* Joins two tuples that differ only by their VLANs and have one direction each: the network tags
 * both directions of a conversation differently. The tag of the first of them is kept. False as
 * above. */
bool tracker_join_vlans(struct tracker *tracker);

/* Once all segments are known: true if one that was sent by `dir` counts. Its checksum is right, or
 * repaired. */
bool tracker_is_accepted(const struct raw_tuple *tuple, const struct raw_segment *segment);
/* True if some segment of the tuple does not count. */
bool tracker_has_dropped(const struct raw_tuple *tuple);

/* Counts the checksums of all segments that are repaired, and the segments that do not count. */
void tracker_count_checksums(const struct tracker *tracker, uint64_t *repaired, uint64_t *dropped);

#endif
