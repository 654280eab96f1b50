/* Interprets bytes as damaged frames to two TOE engines, one of which has a live connection. The fuzzer
 * (sim/fuzz/fuzz_rx.c) uses it, and so does the unit test that repeats its findings. */
#ifndef TOESIM_TEST_RX_FUZZ_H
#define TOESIM_TEST_RX_FUZZ_H

#include <stddef.h>
#include <stdint.h>

struct rx_fuzz_counts {
    unsigned frames, applied, foreign, malformed, bad_checksum, other_drops;
};

/* Aborts unless each frame gets exactly one verdict, each loss has a reason that is counted, and the engine
 * becomes idle. */
struct rx_fuzz_counts rx_fuzz_run(const uint8_t *bytes, size_t len);

#endif
