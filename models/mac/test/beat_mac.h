/*
 * A transmitter that steps word by word, the slow way, as a reference for models/mac: preamble,
 * data, check sequence, terminate, idle, a deficit idle count per column, pause. And a reader that
 * finds the frames in the words again. Words are XGMII's 64 bits at 10 and 25G, 128 bits at 40G and
 * 512 bits at 100G; frames begin in lanes that are multiples of 4 (10 and 25G) or 8. timing 3.2, 3.3.
 */
#ifndef TOESIM_TEST_BEAT_MAC_H
#define TOESIM_TEST_BEAT_MAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BEAT_WORD_MAX = 64, BEAT_WIRE_MAX = 9300 };

struct beat_frame {
    uint64_t ready_byte;            /* it may begin in this lane of the line, counted from time 0 */
    uint32_t len;                   /* without padding and FCS */
    uint8_t fill;                   /* value of its bytes */
    bool is_control;                /* goes ahead of data and is not paused */
    uint64_t first_byte, last_byte; /* found by the reader: start character, last byte of the FCS */
    uint64_t first_word, last_word;
};

/* From at_byte on data may begin at until_byte and later; the next one replaces it. */
struct beat_pause {
    uint64_t at_byte, until_byte;
};

/* Sends all frames (control and data each in their order in the array), and reads the words. False:
 * what was read is not what was sent. */
bool beat_mac_run(uint32_t word_bytes, uint32_t align, struct beat_frame *frames, size_t count,
                  const struct beat_pause *pauses, size_t pause_count);

#endif
