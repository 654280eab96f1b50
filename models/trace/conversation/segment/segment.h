/* A captured TCP segment in the form that is used to decide about conversations. */
#ifndef TOESIM_TRACE_SEGMENT_H
#define TOESIM_TRACE_SEGMENT_H

#include "models/trace/conversation/segment/segment_options.h"

#include <stdbool.h>
#include <stdint.h>

enum raw_checksum {
    RAW_GOOD,
    RAW_UNFILLED,   /* the capturing host left it to the adapter; it is repaired */
    RAW_BAD,        /* repaired when no frame of its direction verifies, else dropped */
    RAW_UNVERIFIED, /* bytes are missing */
};

#define STREAM_NOWHERE INT64_MIN /* a sequence number too far away to belong to the stream */

/* A captured segment. The last four members are the verdict, which acceptance.c sets. */
struct raw_segment {
    uint64_t time_ns;    /* as captured */
    uint64_t time_ps;    /* on the clamped timeline */
    uint64_t payload_at; /* a reference (payload.h); in the file the options lie before it */
    uint32_t payload_len;
    uint32_t payload_captured; /* the rest is not in the file */
    uint32_t seq, ack;
    uint32_t index; /* its own, in the order of the file */
    uint16_t flags, window, urgent;
    uint16_t interface; /* it was captured on */
    struct segment_reports reports;
    uint8_t options_len, ttl;
    uint8_t dir;      /* sent by endpoint 0 or 1 */
    uint8_t checksum; /* enum raw_checksum */
    int64_t at;    /* offset of the first payload byte in the sender's stream, or STREAM_NOWHERE */
    int64_t acked; /* offset acknowledged in the other's stream (its FIN counts 1); -1: no claim */
    bool ignored;  /* its receiver did not accept it, or a later segment contradicts it */
    bool false_sack; /* it reports bytes that had not been sent */
};

#endif
