/* Interprets bytes as a life of one connection: hostile segments, timers, the application, moves. Used by
 * the fuzzer (sim/fuzz/fuzz_tcp.c) and by the unit test that repeats its findings. */
#ifndef TOESIM_TEST_TCP_FUZZ_H
#define TOESIM_TEST_TCP_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Aborts when an invariant is broken. Returns how many segments the connection took (with a
 * verdict) and the parser refused. */
struct tcp_fuzz_counts {
    unsigned judged, refused, sent;
};
struct tcp_fuzz_counts tcp_fuzz_run(const uint8_t *bytes, size_t len);

#endif
