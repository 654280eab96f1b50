/*
 * Conversations whose right verdict is known by construction: an orderly exchange, and in it SYN,
 * SYN-ACK, RST, FIN, ACK and data that are forged, repeated, superseded, out of order or outside of
 * the window, or dropped by PAWS, from either side, before, during and behind it; with and without
 * timestamps and SACK. Every second one has something else in it that its endpoints live with: losses
 * on either side of the point of capture, several holes, D-SACK, a closed window, hours of silence, a
 * clock that comes round, and the like.
 */
#ifndef TOESIM_TEST_CONV_CORPUS_H
#define TOESIM_TEST_CONV_CORPUS_H

#include "models/base/rng.h"
#include "models/trace/test/capture_writer.h"

/* What the reader must find. */
struct corpus_verdict {
    uint16_t client_port;
    uint32_t client_isn, server_isn;
    uint64_t client_bytes, server_bytes;
    bool reset, reset_by_server;
    uint32_t ignored;  /* segments that define nothing */
    char history[192]; /* the oddities in it, for messages */
};

/* Byte `offset` of a stream. */
uint8_t corpus_byte(uint32_t isn, uint64_t offset);

/* Writes one conversation, or two on the same port, one after another. Returns how many. */
unsigned corpus_write(struct capture_writer *writer, struct rng *rng,
                      struct corpus_verdict verdicts[2]);

#endif
