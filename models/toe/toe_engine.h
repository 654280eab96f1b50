/*
 * The TOE engine of one NIC: receive pipeline, transmit pipeline, timers, commands. All protocol
 * state is in the context; what is kept here is derived and dies with EXTRACT.
 */
#ifndef TOESIM_TOE_TOE_ENGINE_H
#define TOESIM_TOE_TOE_ENGINE_H

#include "models/base/drop_reason.h"
#include "models/base/frame_sink.h"
#include "models/base/probe.h"
#include "models/base/stage.h"
#include "models/hwif/ctx_store.h"
#include "models/hwif/pcie_port.h"
#include "models/tcp/tcp.h"

#ifdef __cplusplus
extern "C" {
#endif

enum ack_policy { ACK_POLICY_POSTED, ACK_POLICY_FLUSHED };

struct toe_params {
    uint32_t conn_max;     /* connection ids, up to 65,536 */
    uint64_t cycle_ps;     /* 4,000: 250 MHz */
    uint32_t parse_cycles; /* frame in engine until LOOKUP is asked */
    uint32_t rx_cycles;    /* context locked until it may be written back */
    uint32_t tx_cycles;
    uint32_t timer_cycles;
    uint32_t build_cycles;    /* payload here until the frame is given to the MAC */
    uint32_t rx_queue_frames; /* frames waiting for the receive pipeline */
    uint32_t tx_queue_frames; /* frames decided on and not yet given to the MAC */
    uint64_t tx_ahead_ps;     /* no new segment is decided while the line is busy for so long */
    uint32_t tx_burst;        /* segments decided per lock */
    uint32_t cmd_prefetch;    /* commands fetched per DMA read */
    uint32_t buffer_prefetch; /* buffer descriptors fetched per DMA read */
    enum ack_policy ack_policy;
    struct tcp_params tcp;
};

void toe_params_default(struct toe_params *params);

struct toe_stats {
    uint64_t rx_frames, rx_injected, rx_applied, rx_foreign, rx_dropped, rx_payload_bytes;
    uint64_t tx_frames, tx_acks, tx_payload_bytes, tx_retransmissions, tx_resets, tx_host_frames;
    uint64_t tx_trimmed; /* segments acknowledged, in part at least, before they were built */
    struct tcp_challenges challenges; /* those not sent, beside the limit that counts them */
    uint64_t timers_fired, commands, stale_doorbells, records, events;
    uint64_t installs, freezes, terminated, closed;
    uint64_t freezes_kept;                /* of `freezes`: for inactivation */
    uint64_t record_stalls, event_stalls; /* waits for room in a ring */
    uint32_t active_max, rx_queue_max, tx_queue_max;
    struct drop_counters drops;
};

struct toe_engine; /* opaque */

/* mac_tx and mac_has_room: the NIC's MAC. cache: its context cache; the engine's client is
 * toe_engine_client(), wired by the caller before the first frame. All pointers are kept. */
struct toe_wiring {
    struct ctx_store cache;
    struct pcie_endpoint pcie;
    struct frame_sink mac_tx;
    bool (*mac_has_room)(void *self);
    /* How long the line will be busy with what the MAC has and `bytes` more, in ps; and when the last
     * bit of a frame leaves the MAC (0: it has, or was lost). Null: frames leave as they are given. */
    uint64_t (*mac_ahead_ps)(void *self, uint64_t bytes, uint64_t now_ps);
    uint64_t (*mac_left_ps)(void *self, uint64_t frame_id);
    void (*mac_set_fenced)(void *self, bool fenced, uint64_t now_ps);
    void (*mac_set_station)(void *self, const uint8_t mac[6]);
    void *mac_self;
    /* The port's carrier: taken away by every fence, so that the switch and its peers notice, and given
     * back when the driver has enabled the NIC again. Null: nobody cares. */
    void (*set_carrier)(void *self, bool up, uint64_t now_ps);
    void *carrier_self;
    struct frame_pool *pool;
    const struct waker *waker;
    const struct probe *probe;
};

struct toe_engine *toe_engine_create(const struct toe_params *params, unsigned nic,
                                     const struct toe_wiring *wiring);
void toe_engine_destroy(struct toe_engine *engine);
struct stage toe_engine_stage(struct toe_engine *engine, const char *name);

struct frame_sink toe_engine_rx_sink(struct toe_engine *engine); /* from the MAC */
struct ctx_client toe_engine_client(struct toe_engine *engine);  /* from the cache */
struct pcie_device toe_engine_device(struct toe_engine *engine); /* from the link */
void toe_engine_on_tx_room(void *engine, uint64_t now_ps);       /* from the MAC */
void toe_engine_on_link(struct toe_engine *engine, bool up, uint64_t now_ps);

/* This NIC has the context of conn, in its cache or on-card DRAM. */
bool toe_engine_has_context(const struct toe_engine *engine, uint32_t conn);

const struct toe_stats *toe_engine_stats(const struct toe_engine *engine);
/* Frames now in the receive queue: what the MAC asks before it sends pause. */
uint32_t toe_engine_rx_queued(const struct toe_engine *engine);

/* Nothing in flight: no frame, DMA, command or owed segment. Timers may run. */
bool toe_engine_is_idle(const struct toe_engine *engine);

#ifdef __cplusplus
}
#endif

#endif
