#include "host-sw/stack/syn_cookie.h"

#include <assert.h>
#include <string.h>

enum { COUNTER_SHIFT = 27, COUNTER_MASK = 31, MSS_SHIFT = 24, MSS_MASK = 7, HASH_MASK = 0xffffff };
enum { STAMP_MASK = 63, STAMP_SACK = 1 << 4, STAMP_WS_MASK = 15, STAMP_NO_WS = 15 };

/* A cookie holds the index of the peer's MSS in this table, because it has no room for the MSS itself. The values are
 * the defaults for IPv4 and IPv6 (RFC 9293 MUST-15), and those of tunnels, PPPoE, Ethernet and jumbo frames. */
static const uint16_t mss_table[MSS_MASK + 1] = {536, 1220, 1360, 1400, 1440, 1452, 1460, 8940};

static uint32_t hash_of(const struct isn_key *key, const struct flow_key *tuple, uint32_t irs,
                        uint32_t counter, uint32_t mss_index)
{
    uint8_t bytes[sizeof *tuple + 12];
    memcpy(bytes, tuple, sizeof *tuple);
    memcpy(bytes + sizeof *tuple, &irs, 4);
    memcpy(bytes + sizeof *tuple + 4, &counter, 4);
    memcpy(bytes + sizeof *tuple + 8, &mss_index, 4);
    /* The suffix makes the hash differ from that of isn_make(). */
    return (uint32_t)siphash24(key, bytes, sizeof bytes) & HASH_MASK;
}

static uint32_t cookie_of(const struct isn_key *key, const struct flow_key *tuple, uint32_t irs,
                          uint32_t counter, uint32_t mss_index)
{
    return (counter & COUNTER_MASK) << COUNTER_SHIFT | mss_index << MSS_SHIFT |
           hash_of(key, tuple, irs, counter, mss_index);
}

uint32_t syn_cookie_make(const struct isn_key *key, const struct flow_key *tuple, uint32_t irs,
                         uint16_t mss, uint64_t now_ps)
{
    uint32_t index = MSS_MASK;
    while (index > 0 && mss_table[index] > mss)
        index--;
    return cookie_of(key, tuple, irs, (uint32_t)(now_ps / SYN_COOKIE_PERIOD_PS), index);
}

bool syn_cookie_check(const struct isn_key *key, const struct flow_key *tuple, uint32_t irs,
                      uint32_t cookie, uint64_t now_ps, uint16_t *mss)
{
    uint32_t counter = (uint32_t)(now_ps / SYN_COOKIE_PERIOD_PS);
    uint32_t index = cookie >> MSS_SHIFT & MSS_MASK;
    for (uint32_t age = 0; age <= 1 && age <= counter; age++) {
        if (cookie_of(key, tuple, irs, counter - age, index) != cookie)
            continue;
        *mss = mss_table[index];
        return true;
    }
    return false;
}

bool syn_cookie_may_be(uint32_t cookie, uint64_t now_ps)
{
    uint32_t counter = (uint32_t)(now_ps / SYN_COOKIE_PERIOD_PS);
    return ((counter - (cookie >> COUNTER_SHIFT)) & COUNTER_MASK) <= 1;
}

uint32_t syn_cookie_stamp(uint32_t clock, struct syn_cookie_options options)
{
    assert(!options.has_ws || options.ws < STAMP_NO_WS);
    uint32_t bits = (options.has_ws ? options.ws : (uint32_t)STAMP_NO_WS) |
                    (options.sack ? (uint32_t)STAMP_SACK : 0u);
    uint32_t stamp = (clock & ~(uint32_t)STAMP_MASK) | bits;
    return (int32_t)(stamp - clock) > 0 ? stamp - (STAMP_MASK + 1) : stamp;
}

struct syn_cookie_options syn_cookie_unstamp(uint32_t tsecr)
{
    uint8_t ws = (uint8_t)(tsecr & STAMP_WS_MASK);
    return (struct syn_cookie_options){
        .has_ws = ws != STAMP_NO_WS, .sack = (tsecr & STAMP_SACK) != 0, .ws = ws};
}
