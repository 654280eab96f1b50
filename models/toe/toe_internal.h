/* State of the engine, shared by the files of models/toe and by nobody else. */
#ifndef TOESIM_TOE_TOE_INTERNAL_H
#define TOESIM_TOE_TOE_INTERNAL_H

#include "models/hwif/nic_desc.h"
#include "models/hwif/nic_regs.h"
#include "models/toe/toe_conn.h"
#include "models/toe/toe_engine.h"
#include "models/wire/packet.h"

enum {
    RX_WINDOW = 4,       /* frames between parse and apply: LOOKUPs that overlap */
    RX_WRITES_MAX = 256, /* payload writes not yet visible; more: receive waits */
    TX_RESERVE = 16,     /* FIFO entries kept for resets and last ACKs of ended connections */
    TX_END_MAX = 4,      /* segments one end of a connection may add */
    OPS_MAX = 16,        /* commands under way */
    HELD_MAX = 256,      /* held frames of one INSTALL */
    INJECT_MAX = 32,     /* RX_INJECT frames being read */
    PREFETCH_MAX = 64,   /* descriptors fetched and not used */
    CTX_QUEUE = 8,       /* cache requests waiting because submit() said no */
    EVENTS_EXTRA = 256,  /* events waiting beyond two per connection */
    RETRY_US = 1,        /* pool empty: look again */
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

/* One requester's hold on one context. */
enum lock_phase { LOCK_IDLE, LOCK_ASKED, LOCK_HELD, LOCK_REMOVING };

struct toe_lock {
    enum lock_phase phase;
    uint32_t conn;
    uint16_t gen;
    struct conn_ctx before; /* as read */
    struct conn_ctx ctx;    /* worked on */
    struct nic_event end;   /* LOCK_REMOVING: told when the context is gone */
};

struct ctx_wait {
    struct ctx_req req;
    uint8_t image[CTX_BYTES];
};

struct ctx_port {
    bool busy; /* one of READ_LOCK .. SCAN is outstanding */
    uint32_t head, count;
    struct ctx_wait wait[CTX_QUEUE];
};

enum rx_step {
    RX_LOOKUP, /* waits for the cache's answer */
    RX_FOUND,  /* place, conn, gen are known */
    RX_HOST,   /* no lookup: to the host */
    RX_DROP,   /* reason is known */
};

/* A frame between parse and verdict. */
struct rx_item {
    struct frame *frame;
    struct packet packet;
    uint64_t buffer;    /* injected: host address of the frame */
    uint32_t conn;      /* TOE_NO_INDEX: unknown */
    uint32_t want_conn; /* injected: whom the host means */
    uint16_t gen, want_gen;
    uint16_t reason;
    uint8_t step;  /* enum rx_step */
    uint8_t place; /* enum ctx_place */
    bool injected;
    bool held;
};

struct inject_slot {
    struct frame *frame;
    struct nic_cmd cmd;
    bool here;
};

enum apply_phase { APPLY_IDLE, APPLY_PARSE, APPLY_LOCK, APPLY_WORK, APPLY_BUFFER };

struct rx_write {
    uint32_t conn, seq, len;
    uint16_t gen;
};

struct toe_rx {
    struct frame *queue, **queue_tail; /* from the MAC */
    uint32_t queue_count;
    struct inject_slot inject[INJECT_MAX];
    uint32_t inject_head, inject_count;
    bool parsing;
    bool stalled; /* waits for room in the record ring: counted once */
    struct rx_item window[RX_WINDOW];
    uint32_t window_head, window_count;
    uint64_t window_sequence; /* of the head: tags of LOOKUPs */
    enum apply_phase phase;
    struct rx_item *item; /* being applied: window head or `held_item` */
    struct rx_item held_item;
    struct tcp_result result;
    uint8_t verdict;
    struct rx_write write[RX_WRITES_MAX];
    uint64_t writes, writes_issued, writes_visible, writes_flushed;
    uint64_t flush_target;
    bool flushing;
};

enum tx_kind { TX_SEGMENT, TX_HOST };

struct tx_entry {
    struct frame *frame;
    uint64_t write_need; /* payload writes that must be issued (flushed) first */
    uint64_t flush_address;
    uint32_t conn;
    uint32_t payload_len;
    uint16_t gen;
    uint8_t kind;  /* enum tx_kind */
    uint8_t reads; /* DMA reads still out */
    uint8_t op;    /* TX_HOST: its command */
    bool retransmission;
    struct packet_out out;
    uint8_t options[40];
};

struct toe_tx {
    struct tx_entry *fifo;
    uint32_t capacity; /* with TX_RESERVE */
    uint32_t head, count;
    uint32_t ready_first, ready_last; /* connections */
    bool building;
    bool pool_wait; /* frame pool was empty: UNIT_RETRY looks again */
    uint16_t ip_id;
    struct frame *spare;    /* taken before a segment is decided */
    struct nic_event *ends; /* end events waiting for last frames; one per FIFO entry suffices */
    bool *end_used;
};

struct held_frame {
    struct frame *frame;
    uint64_t buffer;
    bool here;
};

enum op_step {
    OP_FREE,
    OP_READ,  /* DMA reads out */
    OP_PORT,  /* waits for or uses the cache's DRIVER port */
    OP_DRAIN, /* FREEZE: frozen in the cache, own work not yet done */
    OP_HELD,  /* INSTALL: active, held frames not all applied */
    OP_TX,    /* TX_FRAME: frame being read */
};

struct cmd_op {
    struct nic_cmd cmd;
    uint8_t step;
    uint8_t ctx_op;     /* what to ask of the DRIVER port */
    uint8_t own_before; /* INSTALL that fails: back to this */
    bool completed;     /* its event is posted */
    bool frozen;
    bool list_here;
    uint16_t gen_before;
    uint32_t reads; /* INSTALL: DMA reads out */
    uint32_t held_next;
    uint32_t fetched;
    uint64_t frozen_ps, drained_ps;
    struct flow_key key;
    struct conn_ctx image; /* as read */
    struct conn_ctx live;
    struct held_frame held[HELD_MAX]; /* from here on not cleared at start */
    struct nic_held list[HELD_MAX];
};

struct toe_cmd {
    struct nic_cmd queue[PREFETCH_MAX];
    uint32_t head, count;
    struct cmd_op op[OPS_MAX];
    uint32_t ops_used;
    bool serial; /* RESERVE, RELEASE or ABORT under way: nothing starts */
    uint8_t port_queue[OPS_MAX];
    uint32_t port_head, port_count;
    uint8_t port_op;
    uint8_t held_queue[OPS_MAX]; /* INSTALLs with held frames, in order of activation */
    uint32_t held_count;
    uint32_t draining;
};

struct toe_ring {
    uint64_t base;
    uint32_t log2;
    uint32_t producer, consumer;
    bool fetching;
};

struct toe_irq {
    bool armed;
    bool waiting; /* held back by moderation */
    uint32_t seen;
    bool fired_before;
    uint64_t fired_ps;
};

struct toe_regs {
    uint32_t control, nic_id, mtu, heartbeat_us, moderation_ns;
    uint8_t mac[6];
    bool link_up;
    bool fenced_by_link; /* function reset, bus master off or link down */
    bool fenced_by_self; /* heartbeat overdue or dead link seen */
};

struct toe_engine {
    struct toe_params params;
    struct toe_wiring wiring;
    unsigned nic;
    uint32_t epoch; /* answers to requests of an earlier one are void */
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

/* --- toe_engine.c --- */
void toe_due_set(struct toe_engine *e, enum toe_unit unit, uint64_t at_ps);
void toe_due_cycles(struct toe_engine *e, enum toe_unit unit, uint32_t cycles, uint64_t now_ps);
void toe_wake(struct toe_engine *e);
bool toe_is_running(const struct toe_engine *e);
struct tcp_now toe_now(uint64_t now_ps);
void toe_probe(struct toe_engine *e, enum probe_kind kind, uint32_t conn, uint16_t gen, uint64_t a,
               uint64_t b, const void *data, uint32_t len, uint64_t now_ps);
void toe_mark(struct toe_engine *e, unsigned mark, uint32_t conn, uint16_t gen,
              const struct frame *frame, uint64_t now_ps);
void toe_set_own(struct toe_engine *e, uint32_t conn, uint8_t state, uint64_t now_ps);
void toe_link_lost(struct toe_engine *e, uint64_t now_ps);
void toe_fence(struct toe_engine *e, uint64_t now_ps);
void toe_reset(struct toe_engine *e, uint64_t now_ps);
void toe_kick(struct toe_engine *e, uint64_t now_ps);
uint64_t toe_cookie(const struct toe_engine *e, uint32_t index);
bool toe_cookie_is_now(const struct toe_engine *e, uint64_t cookie);

/* --- toe_ctx.c: the cache --- */
void toe_ctx_send(struct toe_engine *e, const struct ctx_req *req, uint64_t now_ps);
void toe_ctx_on_response(void *self, const struct ctx_rsp *rsp, uint64_t now_ps);
bool toe_lock_is_free(const struct toe_engine *e, enum ctx_who who);
void toe_lock_ask(struct toe_engine *e, enum ctx_who who, uint32_t conn, uint16_t gen,
                  uint64_t now_ps);
void toe_lock_write(struct toe_engine *e, enum ctx_who who, uint64_t now_ps);
void toe_lock_remove(struct toe_engine *e, enum ctx_who who, bool closed, uint8_t cause,
                     uint64_t now_ps);
bool toe_lock_settle(struct toe_engine *e, enum ctx_who who, const struct tcp_result *result,
                     const struct tcp_segment *seg, uint64_t now_ps);
void toe_conn_refresh(struct toe_engine *e, const struct conn_ctx *ctx, uint32_t conn,
                      uint64_t now_ps);
void toe_conn_end(struct toe_engine *e, const struct nic_event *end, uint64_t now_ps);

/* --- toe_rx.c: queue, parse, verdicts to the host --- */
void toe_rx_accept(void *self, struct frame *frame, uint64_t now_ps);
void toe_rx_parse_kick(struct toe_engine *e, uint64_t now_ps);
void toe_rx_parse_done(struct toe_engine *e, uint64_t now_ps);
void toe_rx_on_lookup(struct toe_engine *e, const struct ctx_rsp *rsp, uint64_t now_ps);
void toe_rx_classify(struct rx_item *item);
void toe_rx_drop(struct toe_engine *e, const struct frame *frame, uint16_t reason, uint32_t conn,
                 uint16_t gen, uint64_t now_ps);
void toe_rx_flush(struct toe_engine *e, uint64_t now_ps);

/* --- toe_apply.c: the receive pipeline's second half --- */
void toe_apply_kick(struct toe_engine *e, uint64_t now_ps);
void toe_apply_on_time(struct toe_engine *e, uint64_t now_ps);
void toe_apply_on_lock(struct toe_engine *e, uint8_t result, uint64_t now_ps);

/* --- toe_tx.c --- */
bool toe_tx_has_room(const struct toe_engine *e);
bool toe_tx_has_reserve(const struct toe_engine *e);
bool toe_tx_emit(struct toe_engine *e, const struct conn_ctx *ctx, const struct tcp_tx *seg,
                 uint64_t now_ps);
bool toe_tx_host_frame(struct toe_engine *e, uint8_t op, uint64_t now_ps);
void toe_tx_ready(struct toe_engine *e, uint32_t conn);
void toe_tx_kick(struct toe_engine *e, uint64_t now_ps);
void toe_tx_on_lock(struct toe_engine *e, uint8_t result, uint64_t now_ps);
void toe_tx_decide(struct toe_engine *e, uint64_t now_ps);
void toe_tx_send(struct toe_engine *e, uint64_t now_ps);
void toe_tx_build(struct toe_engine *e, uint64_t now_ps);
void toe_tx_flush(struct toe_engine *e);

/* --- toe_timer.c --- */
void toe_timer_set(struct toe_engine *e, uint32_t conn, uint64_t at_ps);
uint64_t toe_timer_next(const struct toe_engine *e);
void toe_timer_kick(struct toe_engine *e, uint64_t now_ps);
void toe_timer_on_lock(struct toe_engine *e, uint8_t result, uint64_t now_ps);
void toe_timer_serve(struct toe_engine *e, uint64_t now_ps);

/* --- toe_cmd.c --- */
void toe_cmd_kick(struct toe_engine *e, uint64_t now_ps);
void toe_cmd_done(struct toe_engine *e, uint8_t op, uint8_t result, uint64_t now_ps);
void toe_cmd_complete(struct toe_engine *e, const struct nic_cmd *cmd, uint8_t result,
                      uint64_t frozen_ps, uint64_t drained_ps, uint64_t now_ps);
void toe_cmd_free(struct toe_engine *e, uint8_t op);
void toe_cmd_ask_port(struct toe_engine *e, uint8_t op, uint8_t ctx_op, uint64_t now_ps);
void toe_cmd_port_kick(struct toe_engine *e, uint64_t now_ps);
void toe_cmd_on_response(struct toe_engine *e, const struct ctx_rsp *rsp, uint64_t now_ps);
void toe_cmd_flush(struct toe_engine *e, uint64_t now_ps);
uint8_t toe_cmd_result(uint8_t ctx_result);
void toe_cmd_key(const struct conn_ctx *image, struct flow_key *key);
void toe_cmd_read(struct toe_engine *e, uint64_t address, uint32_t len, uint32_t index,
                  void (*fn)(void *, uint64_t, bool, const uint8_t *, uint32_t, uint64_t),
                  uint64_t now_ps);

/* --- toe_move.c: FREEZE, INSTALL, RX_INJECT --- */
void toe_move_freeze(struct toe_engine *e, uint8_t op, uint64_t now_ps);
void toe_move_on_frozen(struct toe_engine *e, uint8_t op, uint8_t result, uint64_t now_ps);
void toe_move_drain_kick(struct toe_engine *e, uint64_t now_ps);
void toe_move_on_extracted(struct toe_engine *e, uint8_t op, const struct ctx_rsp *rsp,
                           uint64_t now_ps);
void toe_move_install(struct toe_engine *e, uint8_t op, uint64_t now_ps);
void toe_move_on_installed(struct toe_engine *e, uint8_t op, uint8_t result, uint64_t now_ps);
void toe_move_fetch_kick(struct toe_engine *e, uint64_t now_ps);
void toe_move_flush_held(struct toe_engine *e, struct cmd_op *o, uint64_t now_ps);
bool toe_move_held_take(struct toe_engine *e, struct rx_item *item);
void toe_move_held_applied(struct toe_engine *e, uint32_t conn, uint64_t now_ps);
bool toe_move_inject(struct toe_engine *e, const struct nic_cmd *cmd, uint64_t now_ps);

/* --- toe_ring.c --- */
bool toe_record_has_room(const struct toe_engine *e);
void toe_record_write(struct toe_engine *e, struct nic_record *record, uint64_t now_ps);
void toe_event_post(struct toe_engine *e, const struct nic_event *event, uint64_t now_ps);
void toe_event_kick(struct toe_engine *e, uint64_t now_ps);
void toe_ring_fetch_cmds(struct toe_engine *e, uint64_t now_ps);
void toe_ring_fetch_buffers(struct toe_engine *e, uint64_t now_ps);
void toe_irq_arm(struct toe_engine *e, unsigned vector, uint32_t seen, uint64_t now_ps);
void toe_irq_fire(struct toe_engine *e, unsigned vector, uint64_t now_ps);

/* --- toe_regs.c --- */
void toe_regs_write(void *self, uint32_t offset, const void *data, uint32_t len, uint64_t now_ps);
uint32_t toe_regs_read(void *self, uint32_t offset, uint64_t now_ps);
void toe_stale_doorbell(struct toe_engine *e, uint32_t conn, uint16_t gen, uint32_t value,
                        uint64_t now_ps);
void toe_regs_power_on(struct toe_engine *e);

#endif
