/* The receive pipeline: queue, parse, LOOKUP window (toe_rx.c); apply (toe_apply.c). */
#ifndef TOESIM_TOE_TOE_RX_H
#define TOESIM_TOE_TOE_RX_H

#include "models/base/frame.h"
#include "models/hwif/ctx_store.h"
#include "models/hwif/nic_desc.h"
#include "models/tcp/tcp.h"
#include "models/wire/packet.h"

enum {
    RX_WINDOW = 4,       /* frames between parse and apply: LOOKUPs that overlap */
    RX_WRITES_MAX = 256, /* payload writes not yet visible; more: receive waits */
    INJECT_MAX = 32,     /* RX_INJECT frames being read */
};

struct toe_engine;

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
    uint32_t epoch;
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

/* --- toe_rx.c --- */
void toe_rx_accept(void *self, struct frame *frame, uint64_t now_ps);
void toe_rx_parse_kick(struct toe_engine *e, uint64_t now_ps);
void toe_rx_parse_done(struct toe_engine *e, uint64_t now_ps);
void toe_rx_on_lookup(struct toe_engine *e, const struct ctx_rsp *rsp, uint64_t now_ps);
void toe_rx_classify(struct rx_item *item);
void toe_rx_drop(struct toe_engine *e, const struct frame *frame, uint16_t reason, uint32_t conn,
                 uint16_t gen, uint64_t now_ps);
void toe_rx_flush(struct toe_engine *e, uint64_t now_ps);

/* --- toe_apply.c --- */
void toe_apply_kick(struct toe_engine *e, uint64_t now_ps);
void toe_apply_on_time(struct toe_engine *e, uint64_t now_ps);
void toe_apply_on_lock(struct toe_engine *e, uint8_t result, uint64_t now_ps);

#endif
