/* Interprets bytes as the life of one connection: hostile segments, timers, calls of the
 * application and moves. The fuzzer (sim/fuzz/fuzz_tcp.c) uses it, and so does the unit test that
 * repeats its findings. */
#ifndef TOESIM_TEST_TCP_FUZZ_H
#define TOESIM_TEST_TCP_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Aborts if an invariant is broken. Returns how many segments the connection has judged, how many
 * the parser has refused, and how many were sent. */
struct tcp_fuzz_counts {
    unsigned judged, refused, sent;
};
struct tcp_fuzz_counts tcp_fuzz_run(const uint8_t *bytes, size_t len);

#endif
