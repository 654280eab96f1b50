/*
 * SYN cookies (RFC 4987 3.6, Bernstein): the initial sequence number of an answer that leaves no
 * state behind. Bits 31..27: minute counter, which makes it grow; 26..24: MSS; 23..0: SipHash-2-4 of
 * the tuple, the peer's number, counter and MSS. What timestamps allow besides is in the low bits of
 * TSval, which come back in TSecr.
 */
#ifndef TOESIM_HOST_STACK_SYN_COOKIE_H
#define TOESIM_HOST_STACK_SYN_COOKIE_H

#include "host-sw/stack/isn.h"

#include <stdbool.h>
#include <stdint.h>

/* A cookie is good in the counter's period it was made in and in the next one. */
#define SYN_COOKIE_PERIOD_PS (64 * UINT64_C(1000000000000))

/* irs: the peer's initial sequence number. mss: what its SYN announced; the largest value of the
 * table that is not above it is kept. */
uint32_t syn_cookie_make(const struct isn_key *key, const struct flow_key *tuple, uint32_t irs,
                         uint16_t mss, uint64_t now_ps);
/* True: it is ours and not too old; *mss is what was kept. */
bool syn_cookie_check(const struct isn_key *key, const struct flow_key *tuple, uint32_t irs,
                      uint32_t cookie, uint64_t now_ps, uint16_t *mss);

/* True: by its counter it may be a cookie; without irs more cannot be said. */
bool syn_cookie_may_be(uint32_t cookie, uint64_t now_ps);

/* Options in the low six bits of a TSval that is at most `clock`. */
struct syn_cookie_options {
    bool has_ws, sack;
    uint8_t ws; /* the peer's window scale */
};
uint32_t syn_cookie_stamp(uint32_t clock, struct syn_cookie_options options);
struct syn_cookie_options syn_cookie_unstamp(uint32_t tsecr);

#endif
