/*
 * The base of all parts of the engine: the clock, the list of timed steps, the connections and the list of
 * parts. Each part keeps its state behind its own header; this header holds only a pointer to it.
 */
#ifndef TOESIM_TOE_TOE_CORE_H
#define TOESIM_TOE_TOE_CORE_H

#include "models/hwif/nic_regs.h"
#include "models/toe/clock/nic_clock.h"
#include "models/toe/toe_conn.h"
#include "models/toe/toe_engine.h"

/* Timed steps. At most one event of each is pending, so the event queue has one row per step. */
enum toe_unit {
    UNIT_PARSE,
    UNIT_APPLY,
    UNIT_TX,
    UNIT_TIMER,
    UNIT_BUILD,
    UNIT_RETRY,
    UNIT_AHEAD,  /* the line has little left to send, so new segments may be decided */
    UNIT_PARKED, /* a connection with parked frames has waited long enough */
    UNIT_GRANT,  /* a grant has waited for its image long enough */
    UNIT_LEFT,   /* the last frame of a connection that is being frozen leaves the MAC */
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
 * One part of the engine. The engine creates the parts in the order of its list, kicks them in the same
 * order, and lets them discard their work in reverse order. `kick` and `discard` may be null.
 */
struct toe_part {
    const char *name;
    bool (*create)(struct toe_engine *engine);  /* returns false when memory runs out */
    void (*destroy)(struct toe_engine *engine); /* also called after a create that failed */
    /* Continues as far as possible. The engine calls this after every event. */
    void (*kick)(struct toe_engine *engine, uint64_t now_ps);
    /* Drops all work under way, because of a fence or a reset. */
    void (*discard)(struct toe_engine *engine, uint64_t now_ps);
    /* Returns true if the part has no work under way. */
    bool (*is_idle)(const struct toe_engine *engine);
};

enum { TOE_PARTS_MAX = 8 };

struct toe_regs {
    uint32_t control, nic_id, mtu, heartbeat_us, moderation_ns;
    uint64_t checkpoint_base;
    uint32_t checkpoint_lines; /* of each checkpoint; 0: none is written */
    bool flow_hash;            /* records of foreign TCP segments have the hash of their tuple */
    uint8_t mac[6];
    bool link_up;
    /* Because of a function reset, a cleared bus master bit or a link that is down. */
    bool fenced_by_link;
    bool fenced_by_self; /* because the heartbeat is overdue or a DMA read failed */
};

struct toe_irq {
    bool armed;
    uint32_t seen;
    bool fired_before;
    uint64_t fired_ps;
};

/* Handles the cache's responses to one requester. */
typedef void toe_ctx_handler(struct toe_engine *engine, const struct ctx_rsp *rsp, uint64_t now_ps);

struct toe_engine {
    struct toe_params params;
    struct toe_wiring wiring;
    unsigned nic;
    uint64_t fenced_ps; /* time of the last fence */
    uint32_t epoch;     /* responses to requests of an earlier epoch are void */
    bool is_dark;       /* fenced and not enabled since, so the port has no carrier */
    bool in_run;
    uint64_t due_sequence;
    struct toe_due due[UNIT_COUNT];
    const struct toe_part *const *parts; /* terminated by a null pointer */
    uint64_t (*timer_next_ps)(const struct toe_engine *engine);
    /* Set by the part that sends requests to the cache. */
    toe_ctx_handler *ctx_handler[CTX_WHO_COUNT];
    const struct toe_held_source *held_source; /* set by the command that supplies held frames */
    struct toe_regs regs;
    struct nic_clock clock;
    struct toe_irq irq[NIC_VECTOR_COUNT];
    struct toe_conn *conn;
    uint32_t active; /* number of connections in OWN_ACTIVE */
    struct toe_stats stats;
    /* The states of the parts. */
    struct toe_rings *rings;
    struct toe_events *events;
    struct toe_buffers *buffers;
    struct toe_ctx *ctx;
    struct toe_lock *lock; /* one lock for each requester */
    struct toe_ends *ends;
    struct toe_timers *timers;
    struct toe_tx *tx;
    struct toe_writes *writes;
    struct toe_records *records;
    struct toe_rx *rx;
    struct toe_commands *commands;
};

void toe_due_set(struct toe_engine *engine, enum toe_unit unit, uint64_t at_ps);

/* Schedules a step. The engine is synchronous: work starts at the next edge of its clock and takes `cycles`. */
void toe_due_cycles(struct toe_engine *engine, enum toe_unit unit, uint32_t cycles,
                    uint64_t now_ps);

/* Called when the frame pool is empty. Every part tries again a microsecond later. */
void toe_retry_later(struct toe_engine *engine, uint64_t now_ps);

/* Returns the time of the earliest timed step or connection timer, TIME_NEVER if there is none. */
uint64_t toe_next_ps(const struct toe_engine *engine);

/* Tells the driver of this model when its next event is due, unless that driver is the caller. */
void toe_wake(struct toe_engine *engine);

/* Kicks every part once, in order. A resource that one part frees can be used at once by the parts after it. */
void toe_kick(struct toe_engine *engine, uint64_t now_ps);

bool toe_is_running(const struct toe_engine *engine);

/* Returns the time of the NIC's clock, in the ticks of the contexts, and in ps as the driver sees it. */
struct tcp_now toe_now(const struct toe_engine *engine, uint64_t now_ps);
uint64_t toe_time_ps(const struct toe_engine *engine, uint64_t now_ps);

/* Fills in the number of the NIC and passes the event to the observers. */
void toe_probe(struct toe_engine *engine, struct probe_event event);

/* Reports a mark of a move. `frame` is used for MARK_FOREIGN only, because the NIC may not know the
 * connection of a foreign frame. */
void toe_mark(struct toe_engine *engine, enum move_mark mark, uint32_t conn, uint16_t gen,
              const struct frame *frame, uint64_t now_ps);

void toe_set_own(struct toe_engine *engine, uint32_t conn, uint8_t state, uint64_t now_ps);

/* Returns a cookie for a request to another model. It holds `index` and, in its upper half, the epoch. */
uint64_t toe_cookie(const struct toe_engine *engine, uint32_t index);
bool toe_cookie_is_now(const struct toe_engine *engine, uint64_t cookie);

#endif
