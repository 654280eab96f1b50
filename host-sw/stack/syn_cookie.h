/*
 * SYN cookies (RFC 4987 3.6, Bernstein). A cookie is the initial sequence number of a SYN-ACK for which no state is
 * kept. Bits 31..27 are a counter of periods, which makes the number grow. Bits 26..24 are an index of the MSS. Bits
 * 23..0 are the SipHash-2-4 of the tuple, the peer's initial sequence number, the counter and the MSS index. With
 * timestamps, the low bits of TSval hold further options, and the peer returns them in TSecr.
 */
#ifndef TOESIM_HOST_STACK_SYN_COOKIE_H
#define TOESIM_HOST_STACK_SYN_COOKIE_H

#include "host-sw/stack/isn.h"

#include <stdbool.h>
#include <stdint.h>

/* A cookie is valid in the period in which it was made and in the next one. */
#define SYN_COOKIE_PERIOD_PS (64 * UINT64_C(1000000000000))

/* Makes a cookie. irs is the initial sequence number and mss the MSS of the peer's SYN. The cookie keeps the largest
 * value of the table that is not above mss. */
uint32_t syn_cookie_make(const struct isn_key *key, const struct flow_key *tuple, uint32_t irs,
                         uint16_t mss, uint64_t now_ps);
/* Returns true if the cookie was made by the server and is not too old. *mss is then the MSS that it keeps. */
bool syn_cookie_check(const struct isn_key *key, const struct flow_key *tuple, uint32_t irs,
                      uint32_t cookie, uint64_t now_ps, uint16_t *mss);

/* Returns true if the counter in the number is recent, so that the number may be a cookie. The hash cannot be checked
 * without irs. */
bool syn_cookie_may_be(uint32_t cookie, uint64_t now_ps);

/* The options that are stored in the low six bits of a TSval, which is at most `clock`. */
struct syn_cookie_options {
    bool has_ws, sack;
    uint8_t ws; /* the peer's window scale */
};
uint32_t syn_cookie_stamp(uint32_t clock, struct syn_cookie_options options);
struct syn_cookie_options syn_cookie_unstamp(uint32_t tsecr);

#endif
