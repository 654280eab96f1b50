/* Helpers of the tests with soft errors. A test injects an error at every offset, from a few cycles
 * before a request until the request is over. */
#ifndef TOESIM_RTL_TEST_CTX_CACHE_RACE_H
#define TOESIM_RTL_TEST_CTX_CACHE_RACE_H

#include "rtl/test/ctx_cache_ask.h"

#include "models/base/units.h"

/* A race makes its request REQUEST_AT cycles after its start. A test has OFFSETS races, with the
 * soft error at another offset in each. */
enum { REQUEST_AT = 8, OFFSETS = 72 };

static inline struct ctx_flip data_flip(uint32_t conn, uint8_t line, uint32_t bit)
{
    return (struct ctx_flip){
        .conn = conn, .line = line, .bit = (uint16_t)(bit % CTX_LINE_STORED_BITS)};
}

/* Flips any bit of a tag. The tag entries of the small shapes have 22 or 23 bits, and a parity bit
 * follows. */
static inline struct ctx_flip tag_flip(uint32_t conn, uint32_t bit)
{
    return (struct ctx_flip){.tag = true, .conn = conn, .bit = (uint16_t)(bit % 26)};
}

static inline void flip_now(struct crowd *crowd, struct ctx_flip flip)
{
    crowd_flip(crowd, flip);
    crowd_wait(crowd, 20);
}

/* Injects the soft error at its offset and makes the request at its time. Returns the result of the
 * request. */
static inline uint8_t race(struct crowd *crowd, struct ctx_flip flip, uint32_t offset, uint8_t who,
                           uint8_t op, uint32_t conn, uint16_t gen)
{
    crowd_wait(crowd, u32_min(offset, REQUEST_AT));
    if (offset < REQUEST_AT) {
        crowd_flip(crowd, flip);
        crowd_wait(crowd, REQUEST_AT - offset);
    }
    ask(crowd, who, op, conn, gen);
    if (offset >= REQUEST_AT) {
        crowd_wait(crowd, offset - REQUEST_AT);
        crowd_flip(crowd, flip);
    }
    crowd_wait(crowd, ENOUGH);
    cr_assert(!crowd_is_busy(crowd, who));
    bool returns = op == CTX_OP_WRITE_UNLOCK || op == CTX_OP_UNLOCK || op == CTX_OP_REMOVE;
    return crowd_answer(crowd, who, returns)->rsp.result;
}

static inline uint8_t lock_now(struct crowd *crowd, uint8_t who, uint32_t conn, uint16_t gen)
{
    uint8_t result = ask_now(crowd, who, CTX_OP_READ_LOCK, conn, gen);
    cr_assert(result == CTX_OK || result == CTX_BAD, "result %u", result);
    return result;
}

static inline void return_now(struct crowd *crowd, uint8_t who, uint8_t op, uint32_t conn,
                              uint16_t gen)
{
    cr_assert_eq(ask_now(crowd, who, op, conn, gen), CTX_OK);
}

/* Uses a context without changing it. */
static inline void touch(struct crowd *crowd, uint32_t conn, uint16_t gen)
{
    lock_now(crowd, DRIVER, conn, gen);
    return_now(crowd, DRIVER, CTX_OP_UNLOCK, conn, gen);
}

static inline void install_gen(struct crowd *crowd, uint32_t conn, uint16_t gen)
{
    cr_assert_eq(ask_now(crowd, DRIVER, CTX_OP_INSTALL, conn, gen), CTX_OK);
}

/* Lets the holder of a damaged context remove it. */
static inline void remove_now(struct crowd *crowd, uint8_t who, uint32_t conn, uint16_t gen)
{
    return_now(crowd, who, CTX_OP_REMOVE, conn, gen);
}

static inline void expect_both(const uint32_t count[2])
{
    cr_assert_gt(count[0], 3, "never OK");
    cr_assert_gt(count[1], 3, "never BAD");
}

#endif
