/* The state of the transmit pipeline, for the files of this folder only. */
#ifndef TOESIM_TOE_TX_TX_STATE_H
#define TOESIM_TOE_TX_TX_STATE_H

#include "models/toe/tx/tx_fifo.h"
#include "models/wire/packet.h"

enum tx_kind { TX_SEGMENT, TX_HOST };

struct tx_entry {
    struct frame *frame;
    uint64_t write_need; /* number of payload writes that must be issued (or flushed) first */
    uint64_t
        record_need; /* with ACK_POLICY_RECORDED, number of records that must be flushed first */
    uint64_t flush_address;
    struct toe_tx_read done; /* TX_HOST: called when the frame has been read */
    uint32_t conn;
    uint32_t payload_len;
    uint32_t wire_bytes; /* length on the line, from the preamble to the gap after the frame */
    uint16_t gen;
    uint8_t kind;  /* enum tx_kind */
    uint8_t reads; /* number of DMA reads outstanding */
    bool retransmission;
    struct packet_out out;
    uint8_t options[40];
};

struct toe_tx {
    uint32_t capacity; /* includes TX_RESERVE */
    uint32_t head, count;
    uint64_t wire_bytes;              /* sum over the frames in the FIFO */
    uint32_t ready_first, ready_last; /* connections */
    bool building;
    bool pool_wait; /* the frame pool was empty; UNIT_RETRY tries again */
    uint16_t ip_id;
    struct frame *spare; /* allocated before a segment is decided */
    struct tx_entry fifo[];
};

/* Returns the entry at position `index` from the head. */
static inline struct tx_entry *tx_entry_at(struct toe_tx *tx, uint32_t index)
{
    return &tx->fifo[(tx->head + index) % tx->capacity];
}

#endif
