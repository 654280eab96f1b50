/* The engine as its own files see it; included by nobody else. */
#ifndef TOESIM_TOE_TOE_INTERNAL_H
#define TOESIM_TOE_TOE_INTERNAL_H

#include "models/toe/toe_cmd.h"
#include "models/toe/toe_conn.h"
#include "models/toe/toe_ctx.h"
#include "models/toe/toe_engine.h"
#include "models/toe/toe_ring.h"
#include "models/toe/toe_rx.h"
#include "models/toe/toe_timer.h"
#include "models/toe/toe_tx.h"

enum {
    EVENTS_EXTRA = 256, /* events waiting beyond two per connection */
    RETRY_US = 1,       /* pool empty: look again */
};

/* Timed steps; each has at most one event pending, so the event queue is one row per step. */
enum toe_unit {
    UNIT_PARSE,
    UNIT_APPLY,
    UNIT_TX,
    UNIT_TIMER,
    UNIT_BUILD,
    UNIT_RETRY,
    UNIT_IRQ_RECORD,
    UNIT_IRQ_EVENT,
    UNIT_HEARTBEAT,
    UNIT_COUNT,
};

struct toe_due {
    uint64_t at_ps;
    uint64_t sequence;
};

struct toe_engine {
    struct toe_params params;
    struct toe_wiring wiring;
    unsigned nic;
    uint64_t fenced_ps; /* last fence */
    uint32_t epoch;     /* answers to requests of an earlier one are void */
    bool cache_used;    /* since its last reset */
    bool is_dark;       /* fenced, and not enabled since: no carrier */
    bool in_run;
    uint64_t due_sequence;
    struct toe_due due[UNIT_COUNT];
    struct ctx_port port[CTX_WHO_COUNT];
    struct toe_lock lock[CTX_WHO_COUNT];
    struct toe_regs regs;
    struct toe_rx rx;
    struct toe_tx tx;
    struct toe_cmd cmd;
    struct toe_ring cmd_ring, record_ring, event_ring, buffer_ring;
    struct toe_irq irq[NIC_VECTOR_COUNT];
    uint64_t buffers[PREFETCH_MAX];
    uint32_t buffer_head, buffer_count;
    bool no_buffer_told;
    struct nic_event *events; /* waiting for room in the ring */
    uint32_t event_capacity, event_head, event_count;
    uint32_t *heap;
    uint32_t heap_count;
    struct toe_conn *conn;
    uint32_t active; /* connections in OWN_ACTIVE */
    struct toe_stats stats;
};

void toe_due_set(struct toe_engine *e, enum toe_unit unit, uint64_t at_ps);
void toe_due_cycles(struct toe_engine *e, enum toe_unit unit, uint32_t cycles, uint64_t now_ps);
void toe_wake(struct toe_engine *e);
bool toe_is_running(const struct toe_engine *e);
struct tcp_now toe_now(uint64_t now_ps);
/* Fills in the NIC. */
void toe_probe(struct toe_engine *e, struct probe_event event);
void toe_mark(struct toe_engine *e, enum move_mark mark, uint32_t conn, uint16_t gen,
              const struct frame *frame, uint64_t now_ps);
void toe_set_own(struct toe_engine *e, uint32_t conn, uint8_t state, uint64_t now_ps);
void toe_link_lost(struct toe_engine *e, uint64_t now_ps);
void toe_fence(struct toe_engine *e, uint64_t now_ps);
/* Takes the port's carrier away, or gives it back. */
void toe_set_dark(struct toe_engine *e, bool is_dark, uint64_t now_ps);
void toe_reset(struct toe_engine *e, uint64_t now_ps);
void toe_kick(struct toe_engine *e, uint64_t now_ps);
uint64_t toe_cookie(const struct toe_engine *e, uint32_t index);
bool toe_cookie_is_now(const struct toe_engine *e, uint64_t cookie);
/* What every DMA read's end asks first. False: of a time before the last reset, or failed, and then the
 * link counts as lost. */
bool toe_read_is_good(struct toe_engine *e, uint64_t cookie, bool ok, uint64_t now_ps);

#endif
