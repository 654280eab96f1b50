/* Sorts captured TCP segments by VLAN stack and both endpoints. A tuple may have several
 * conversations, one after another: acceptance.c tells them apart. */
#ifndef TOESIM_TRACE_TRACKER_H
#define TOESIM_TRACE_TRACKER_H

#include "models/hwif/flow_key.h"
#include "models/trace/segment_options.h"
#include "models/trace/spill.h"
#include "models/trace/vlan_map.h"
#include "models/wire/packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RAW_NONE = UINT32_MAX };

enum raw_checksum {
    RAW_GOOD,
    RAW_UNFILLED,   /* left to the adapter by the capturing host: to be repaired */
    RAW_BAD,        /* repaired when no frame of its direction verifies, else dropped */
    RAW_UNVERIFIED, /* bytes are missing */
};

/* One captured TCP segment. */
struct raw_segment {
    uint64_t time_ns;       /* as captured */
    uint64_t time_ps;       /* on the clamped timeline */
    uint64_t payload_at;    /* a reference (payload.h) */
    const uint8_t *options; /* while it is looked at; in the file they lie before the payload */
    uint32_t payload_len;
    uint32_t payload_captured; /* the rest is not in the file */
    uint32_t seq, ack;
    uint32_t tuple; /* index of the tuple */
    uint32_t index; /* its own, in the order of the file */
    uint32_t next;  /* the next segment of it, RAW_NONE: the last */
    uint16_t flags, window, urgent;
    uint16_t interface; /* it was captured on */
    struct segment_reports reports;
    uint8_t options_len, ttl;
    uint8_t dir;      /* sent by endpoint 0 or 1 */
    uint8_t checksum; /* enum raw_checksum */
    bool accepted;    /* its checksum is right, or repaired */
    bool ignored;     /* its receiver did not take it, or something contradicts it */
    bool false_sack;  /* it reports bytes that were not sent until then */
};

/* One tuple. Endpoint 0 is `local` of the key: the lower of both, whoever it is. */
struct raw_tuple {
    struct flow_key key; /* vlan: index into the VLAN map */
    uint8_t mac[2][6];
    uint32_t first, last;
    uint32_t count[2]; /* segments of each endpoint */
    uint32_t good[2];  /* of these, with a verified checksum */
};

struct tracker {
    struct spill *segments; /* in the order of the file */
    size_t segment_count;
    struct raw_tuple *tuples;
    size_t tuple_count, tuple_room;
    uint32_t *table; /* open addressing: index of each tuple, plus 1; 0: free */
    size_t table_size, table_used;
    struct vlan_map vlans;
};

/* False: out of memory. */
bool tracker_init(struct tracker *tracker);
void tracker_free(struct tracker *tracker);

/* Adds one segment (tuple, next and dir are filled in here); vlan: its index in the tracker's VLAN
 * map. False: out of memory. */
bool tracker_add(struct tracker *tracker, const struct packet *packet, uint16_t vlan,
                 const struct raw_segment *segment);

/* Joins two tuples that differ only by their VLANs and have one direction each: the network tags
 * both directions of a conversation differently. The tag of the first of them is kept. */
bool tracker_join_vlans(struct tracker *tracker);

/* A segment in its place; put writes it back. False: out of memory, or the disk failed. */
bool tracker_get(const struct tracker *tracker, size_t index, struct raw_segment *out);
bool tracker_put(struct tracker *tracker, size_t index, const struct raw_segment *segment);

/* Decides which segments count, once all are known: sets `accepted`, counts repaired and dropped. False
 * as above. */
bool tracker_settle_checksums(struct tracker *tracker, uint64_t *repaired, uint64_t *dropped);

#endif
