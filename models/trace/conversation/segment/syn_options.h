/* The options of a SYN or SYN-ACK that decide how a connection works. */
#ifndef TOESIM_TRACE_SYN_OPTIONS_H
#define TOESIM_TRACE_SYN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct syn_options {
    bool mss, ws, sack, ts;
    uint16_t mss_bytes;
    uint8_t shift; /* at most TCP_WS_MAX */
};

/* Reads up to the first option whose length is impossible, as a receiver does (RFC 9293 MUST-7). */
void syn_options_read(const uint8_t *options, uint32_t options_len, struct syn_options *out);

#endif
