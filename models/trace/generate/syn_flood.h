/*
 * A SYN flood: SYNs from addresses nobody has (RFC 2544: 198.18.0.0/15; RFC 5180: 2001:2::/48), at a
 * fixed interval, beside whatever the other peers do. What the server answers is counted and thrown
 * away, as in a network that such addresses lead nowhere.
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

/* Null when memory is short. */
struct syn_flood *syn_flood_create(const struct syn_flood_params *params, struct frame_pool *pool,
                                   struct frame_sink uplink, const struct waker *waker);
void syn_flood_destroy(struct syn_flood *flood);
struct stage syn_flood_stage(struct syn_flood *flood, const char *name);

/* No more SYNs: the other traffic is done. */
void syn_flood_stop(struct syn_flood *flood);
/* True: the frame goes to an address of the flood; it is counted and the caller frees it. */
bool syn_flood_takes(struct syn_flood *flood, const struct frame *frame);

const struct syn_flood_stats *syn_flood_get_stats(const struct syn_flood *flood);

#ifdef __cplusplus
}
#endif

#endif
