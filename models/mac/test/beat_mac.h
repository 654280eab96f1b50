/*
 * A slow transmitter and a reader that are the reference for models/mac. The transmitter makes the line word by word,
 * with preamble, data, check sequence, terminate and idle characters, and obeys the deficit idle count and pauses. The
 * reader finds the frames in these words. A word has the 64 bits of XGMII at 10 and 25G, 128 bits at 40G and 512 bits
 * at 100G. A frame begins in a lane that is a multiple of 4 (10 and 25G) or of 8 (docs/timing.md, sections 3.2 and
 * 3.3).
 */
#ifndef TOESIM_TEST_BEAT_MAC_H
#define TOESIM_TEST_BEAT_MAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BEAT_WORD_MAX = 64, BEAT_WIRE_MAX = 9300 };

struct beat_frame {
    uint64_t ready_byte;            /* earliest start, in byte times from time 0 */
    uint32_t len;                   /* excluding padding and FCS */
    uint8_t fill;                   /* value of its bytes */
    bool is_control;                /* sent before data and not paused */
    uint64_t first_byte, last_byte; /* result: the start character and the end of the FCS */
    uint64_t first_word, last_word;
};

/* From at_byte on, no data frame may begin before until_byte. The next pause replaces this one. */
struct beat_pause {
    uint64_t at_byte, until_byte;
};

/* Sends all frames, control frames and data frames each in the order of the array, and reads them from the words.
 * Returns false if the frames that were read are not those that were sent. */
bool beat_mac_run(uint32_t word_bytes, uint32_t align, struct beat_frame *frames, size_t count,
                  const struct beat_pause *pauses, size_t pause_count);

#endif
