/*
 * The TOE engine of one NIC: receive pipeline, transmit pipeline, timers and commands. All protocol state
 * is in the context; the engine keeps only derived state, which it discards at EXTRACT.
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

/* When the engine may acknowledge received bytes: when their writes are issued; when a read behind them has completed;
 * or when a read behind the record that reports them has completed. */
enum ack_policy { ACK_POLICY_POSTED, ACK_POLICY_FLUSHED, ACK_POLICY_RECORDED };

struct toe_params {
    uint32_t contract;     /* version of hwif/nic_regs.h, 1 or 2 */
    uint32_t conn_max;     /* number of connection ids, at most 65,536 */
    uint64_t cycle_ps;     /* clock period; 4,000 for 250 MHz */
    uint32_t parse_cycles; /* from the arrival of a frame in the engine to its LOOKUP */
    /* From the lock of the context to the time when it may be written back. */
    uint32_t rx_cycles;
    uint32_t tx_cycles;
    uint32_t timer_cycles;
    /* From the arrival of the payload to the time when the MAC gets the frame. */
    uint32_t build_cycles;
    uint32_t rx_queue_frames; /* frames that may wait for the receive pipeline */
    uint32_t tx_queue_frames; /* frames that may be decided and not yet given to the MAC */
    /* No new segment is decided while the line is busy for at least this long. */
    uint64_t tx_ahead_ps;
    /* After INSTALL, frames of the connection that arrive here wait at most so long for the earlier ones that this NIC
     * has given to the host; 0: they do not wait. */
    uint64_t inject_wait_ps;
    uint32_t tx_burst;           /* segments decided under one lock */
    uint32_t push_log2;          /* log2 of the slots of the push window, 2 to NIC_PUSH_LOG2_MAX */
    uint32_t image_slots;        /* number of image slots in BAR 0, at most NIC_IMAGE_SLOTS_MAX */
    uint32_t cmd_prefetch;       /* commands fetched per DMA read */
    uint32_t buffer_prefetch;    /* buffer descriptors fetched per DMA read */
    uint32_t checkpoint_records; /* a connection's records for each checkpoint, at least 1 */
    enum ack_policy ack_policy;
    /* The NIC's clock (clock/nic_clock.h): what its counter is ahead of the simulated time at the start, and what it gains
     * since. If the clock is not free, both are 0. */
    int64_t clock_offset_ps, clock_drift_ppm;
    bool clock_is_free;
    struct tcp_params tcp;
};

void toe_params_default(struct toe_params *params);

struct toe_stats {
    uint64_t rx_frames, rx_injected, rx_parked, rx_applied, rx_foreign, rx_dropped,
        rx_payload_bytes;
    uint64_t tx_frames, tx_acks, tx_payload_bytes, tx_retransmissions, tx_resets, tx_host_frames;
    uint64_t tx_trimmed; /* segments acknowledged, at least in part, before they were built */
    /* Challenge ACKs that were suppressed, with the limit that counts them. */
    struct tcp_challenges challenges;
    uint64_t timers_fired, commands, stale_doorbells, records, events;
    uint64_t commands_pushed, pushes_refused; /* lines of the push window, taken and refused */
    /* Images that INSTALL took from a slot, writes to slots that were no whole lines, and INSTALLs that found no good
     * image in their slot. */
    uint64_t images_taken, image_writes_refused, images_refused;
    uint64_t checkpoints; /* written to host memory */
    uint64_t installs, freezes, terminated, closed;
    uint64_t freezes_kept;                /* the part of `freezes` that was for inactivation */
    uint64_t record_stalls, event_stalls; /* waits for room in a ring */
    uint32_t active_max, rx_queue_max, tx_queue_max;
    struct drop_counters drops;
};

struct toe_engine; /* The struct is opaque to users. */

/* The connections of the engine to its surroundings. `mac_tx` and `mac_has_space` belong to the NIC's MAC,
 * `cache` is its context cache. The caller connects the cache's client, toe_engine_client(), before the
 * first frame. The engine keeps all pointers. */
struct toe_wiring {
    struct ctx_store cache;
    struct pcie_endpoint pcie;
    struct frame_sink mac_tx;
    bool (*mac_has_space)(void *self);
    /* `mac_ahead_ps` returns how long the line will be busy, in ps, with the frames of the MAC and `bytes`
     * more. `mac_left_ps` returns when the last bit of a frame leaves the MAC, or 0 if the frame has left
     * or was lost. If the pointers are null, a frame leaves at the moment it is given to the MAC. */
    uint64_t (*mac_ahead_ps)(void *self, uint64_t bytes, uint64_t now_ps);
    uint64_t (*mac_left_ps)(void *self, uint64_t frame_id);
    void (*mac_set_fenced)(void *self, bool fenced, uint64_t now_ps);
    void (*mac_set_station)(void *self, const uint8_t mac[6]);
    void *mac_self;
    /* Sets the port's carrier. Every fence takes it away, so that the switch and the peers notice; it
     * returns when the driver has enabled the NIC again. Null if nobody observes the carrier. */
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
void toe_engine_on_tx_space(void *engine, uint64_t now_ps);      /* from the MAC */
void toe_engine_on_link(struct toe_engine *engine, bool up, uint64_t now_ps);

/* Returns true if this NIC holds the context of `conn`, in its cache or in on-card DRAM. */
bool toe_engine_has_context(const struct toe_engine *engine, uint32_t conn);

const struct toe_stats *toe_engine_stats(const struct toe_engine *engine);
/* Returns the number of frames in the receive queue. The MAC uses it to decide about pause frames. */
uint32_t toe_engine_rx_queued(const struct toe_engine *engine);

/* Returns the number of frames that are decided, and that the MAC does not have yet. */
uint32_t toe_engine_tx_queued(const struct toe_engine *engine);

/* Returns true if no frame, DMA, command or owed segment is in flight. Timers may be running. */
bool toe_engine_is_idle(const struct toe_engine *engine);

#ifdef __cplusplus
}
#endif

#endif
