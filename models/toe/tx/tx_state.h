/* The state of the transmit pipeline, for the files of this folder only. */
#ifndef TOESIM_TOE_TX_TX_STATE_H
#define TOESIM_TOE_TX_TX_STATE_H

#include "models/toe/tx/tx_fifo.h"
#include "models/wire/packet.h"

enum tx_kind { TX_SEGMENT, TX_HOST };

struct tx_entry {
    struct frame *frame;
    uint64_t write_need; /* payload writes that must be issued (flushed) first */
    uint64_t flush_address;
    struct toe_tx_read done; /* TX_HOST: who wants to know that the frame is here */
    uint32_t conn;
    uint32_t payload_len;
    uint32_t wire_bytes; /* from the preamble to the gap behind the frame */
    uint16_t gen;
    uint8_t kind;  /* enum tx_kind */
    uint8_t reads; /* DMA reads still out */
    bool retransmission;
    struct packet_out out;
    uint8_t options[40];
};

struct toe_tx {
    uint32_t capacity; /* with TX_RESERVE */
    uint32_t head, count;
    uint64_t wire_bytes;              /* of the frames in the FIFO */
    uint32_t ready_first, ready_last; /* connections */
    bool building;
    bool pool_wait; /* the frame pool was empty: UNIT_RETRY looks again */
    uint16_t ip_id;
    struct frame *spare; /* taken before a segment is decided */
    struct tx_entry fifo[];
};

/* Entry number `index` from the head. */
static inline struct tx_entry *tx_entry_at(struct toe_tx *tx, uint32_t index)
{
    return &tx->fifo[(tx->head + index) % tx->capacity];
}

#endif
