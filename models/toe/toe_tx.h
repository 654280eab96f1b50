/* The transmit pipeline: ready list, FIFO, acknowledgment policy, building. */
#ifndef TOESIM_TOE_TOE_TX_H
#define TOESIM_TOE_TOE_TX_H

#include "models/base/frame.h"
#include "models/hwif/nic_desc.h"
#include "models/tcp/tcp.h"
#include "models/wire/packet.h"

enum {
    TX_RESERVE = 16, /* FIFO entries kept for resets and last ACKs of ended connections */
    TX_END_MAX = 4,  /* segments one end of a connection may add */
};

struct toe_engine;

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

#endif
