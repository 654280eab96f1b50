/*
 * A SYN flood. It sends SYNs at a fixed interval beside the other traffic, from addresses that no host has (RFC 2544:
 * 198.18.0.0/15; RFC 5180: 2001:2::/48). The answers of the server are counted and dropped, because such addresses lead
 * nowhere.
 */
#ifndef TOESIM_TRACE_SYN_FLOOD_H
#define TOESIM_TRACE_SYN_FLOOD_H

#include "models/base/frame_sink.h"
#include "models/base/stage.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct syn_flood_params {
    uint64_t count;       /* SYNs; 0: no flood */
    uint64_t start_ps;    /* 1 ms */
    uint64_t interval_ps; /* 1 us */
    uint16_t port;        /* the server's: 80 */
    uint8_t ip_version;   /* 4 or 6 */
    uint8_t team_mac[6];
    uint8_t team_ip[16];
    uint64_t seed;
};

void syn_flood_params_default(struct syn_flood_params *params);

struct syn_flood_stats {
    uint64_t sent, answers; /* frames */
};

struct syn_flood; /* opaque */

/* Creates the flood. Returns null if memory is short. */
struct syn_flood *syn_flood_create(const struct syn_flood_params *params, struct frame_pool *pool,
                                   struct frame_sink uplink, const struct waker *waker);
void syn_flood_destroy(struct syn_flood *flood);
struct stage syn_flood_stage(struct syn_flood *flood, const char *name);

/* Stops the flood when the other traffic is done. */
void syn_flood_stop(struct syn_flood *flood);
/* Counts the frame and returns true if it goes to an address of the flood. The caller then frees the frame. */
bool syn_flood_takes(struct syn_flood *flood, const struct frame *frame);

const struct syn_flood_stats *syn_flood_get_stats(const struct syn_flood *flood);

#ifdef __cplusplus
}
#endif

#endif
