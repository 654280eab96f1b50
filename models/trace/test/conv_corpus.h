/*
 * Conversations whose correct classification is known by construction. They are regular
 * exchanges that also contain SYN, SYN-ACK, RST, FIN, ACK and data that are forged, repeated,
 * superseded, out of order, outside of the window, or dropped by PAWS. These come from either
 * side, before, during and after the exchange, with and without timestamps and SACK. Every
 * second conversation also has events that endpoints handle: losses on either side of the point
 * of capture, several holes, D-SACK, a closed window, hours of silence, a clock that wraps, and
 * others.
 */
#ifndef TOESIM_TEST_CONV_CORPUS_H
#define TOESIM_TEST_CONV_CORPUS_H

#include "models/base/rng.h"
#include "models/trace/test/capture_writer.h"

/* The classification that the reader must find. */
struct corpus_verdict {
    uint16_t client_port;
    uint32_t client_isn, server_isn;
    uint64_t client_bytes, server_bytes;
    bool reset, reset_by_server;
    uint32_t ignored;  /* segments without effect */
    char history[192]; /* the irregular segments in it, for messages */
};

/* Returns the byte at this offset of a stream. */
uint8_t corpus_byte(uint32_t isn, uint64_t offset);

/* Writes one conversation, or two on the same port one after the other. Returns the number. */
unsigned corpus_write(struct capture_writer *writer, struct rng *rng,
                      struct corpus_verdict verdicts[2]);

#endif
