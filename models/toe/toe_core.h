/*
 * What all parts of the engine stand on: its clock, its list of timed steps, its connections and its
 * list of parts. A part keeps its own state behind its own header; here is only a pointer to it.
 */
#ifndef TOESIM_TOE_TOE_CORE_H
#define TOESIM_TOE_TOE_CORE_H

#include "models/hwif/nic_regs.h"
#include "models/toe/toe_conn.h"
#include "models/toe/toe_engine.h"

/* Timed steps. Each has at most one event pending, so the event queue is one row per step. */
enum toe_unit {
    UNIT_PARSE,
    UNIT_APPLY,
    UNIT_TX,
    UNIT_TIMER,
    UNIT_BUILD,
    UNIT_RETRY,
    UNIT_AHEAD, /* the line has little left to send: new segments may be decided */
    UNIT_LEFT,  /* the last frame of a connection that is being frozen leaves the MAC */
    UNIT_IRQ_RECORD,
    UNIT_IRQ_EVENT,
    UNIT_HEARTBEAT,
    UNIT_COUNT,
};

struct toe_due {
    uint64_t at_ps;
    uint64_t sequence;
};

/*
 * One part of the engine. The engine creates the parts in the order of its list, lets them go on in
 * that order, and makes them discard their work in the reverse order. kick and discard may be null.
 */
struct toe_part {
    const char *name;
    bool (*create)(struct toe_engine *engine);  /* false: there is no memory for it */
    void (*destroy)(struct toe_engine *engine); /* also after a create that failed */
    /* Goes on as far as it can: called after every event of the engine. */
    void (*kick)(struct toe_engine *engine, uint64_t now_ps);
    /* A fence or reset: everything under way is void. */
    void (*discard)(struct toe_engine *engine, uint64_t now_ps);
    /* Nothing is under way in this part. */
    bool (*is_idle)(const struct toe_engine *engine);
};

enum { TOE_PARTS_MAX = 8 };

struct toe_regs {
    uint32_t control, nic_id, mtu, heartbeat_us, moderation_ns;
    uint8_t mac[6];
    bool link_up;
    bool fenced_by_link; /* function reset, bus master off or link down */
    bool fenced_by_self; /* heartbeat overdue or dead link seen */
};

struct toe_irq {
    bool armed;
    uint32_t seen;
    bool fired_before;
    uint64_t fired_ps;
};

/* Handles the answers of the context cache to one requester. */
typedef void toe_ctx_handler(struct toe_engine *engine, const struct ctx_rsp *rsp, uint64_t now_ps);

struct toe_engine {
    struct toe_params params;
    struct toe_wiring wiring;
    unsigned nic;
    uint64_t fenced_ps; /* last fence */
    uint32_t epoch;     /* answers to requests of an earlier one are void */
    bool is_dark;       /* fenced, and not enabled since: no carrier */
    bool in_run;
    uint64_t due_sequence;
    struct toe_due due[UNIT_COUNT];
    const struct toe_part *const *parts; /* ends with a null pointer */
    uint64_t (*timer_next_ps)(const struct toe_engine *engine);
    toe_ctx_handler *ctx_handler[CTX_WHO_COUNT]; /* set by the part that asks the cache */
    const struct toe_held_source *held_source;   /* set by the command that takes held frames */
    struct toe_regs regs;
    struct toe_irq irq[NIC_VECTOR_COUNT];
    struct toe_conn *conn;
    uint32_t active; /* connections in OWN_ACTIVE */
    struct toe_stats stats;
    /* State of the parts. */
    struct toe_rings *rings;
    struct toe_events *events;
    struct toe_buffers *buffers;
    struct toe_ctx *ctx;
    struct toe_lock *lock; /* one for each requester */
    struct toe_ends *ends;
    struct toe_timers *timers;
    struct toe_tx *tx;
    struct toe_writes *writes;
    struct toe_rx *rx;
    struct toe_commands *commands;
};

void toe_due_set(struct toe_engine *engine, enum toe_unit unit, uint64_t at_ps);

/* The engine is synchronous: work starts at the next edge of its clock and takes `cycles`. */
void toe_due_cycles(struct toe_engine *engine, enum toe_unit unit, uint32_t cycles,
                    uint64_t now_ps);

/* No frame was left in the pool: every part looks again a microsecond later. */
void toe_retry_later(struct toe_engine *engine, uint64_t now_ps);

/* The time of the earliest timed step or connection timer; TIME_NEVER: none. */
uint64_t toe_next_ps(const struct toe_engine *engine);

/* Tells the driver of this model its next event, unless that is what calls now. */
void toe_wake(struct toe_engine *engine);

/* Lets every part go on that can. What a part frees is used by those after it, or by itself. */
void toe_kick(struct toe_engine *engine, uint64_t now_ps);

bool toe_is_running(const struct toe_engine *engine);
struct tcp_now toe_now(uint64_t now_ps);

/* Fills in the NIC and hands the event to the observers. */
void toe_probe(struct toe_engine *engine, struct probe_event event);

/* frame: MARK_FOREIGN only, whose connection the NIC may not know. */
void toe_mark(struct toe_engine *engine, enum move_mark mark, uint32_t conn, uint16_t gen,
              const struct frame *frame, uint64_t now_ps);

void toe_set_own(struct toe_engine *engine, uint32_t conn, uint8_t state, uint64_t now_ps);

/* A number for a request to another model, with the epoch in its upper half. */
uint64_t toe_cookie(const struct toe_engine *engine, uint32_t index);
bool toe_cookie_is_now(const struct toe_engine *engine, uint64_t cookie);

#endif
