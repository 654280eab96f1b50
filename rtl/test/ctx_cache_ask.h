/* Helpers of the tests of corner cases: a crowd without random load, which gets one request at a
 * time. */
#ifndef TOESIM_RTL_TEST_CTX_CACHE_ASK_H
#define TOESIM_RTL_TEST_CTX_CACHE_ASK_H

#include "rtl/test/ctx_cache_crowd.h"

#include <criterion/criterion.h>

enum { RX = CTX_WHO_RX, TX = CTX_WHO_TX, TIMER = CTX_WHO_TIMER, DRIVER = CTX_WHO_DRIVER };
enum { TINY = 0, SMALL = 1, FOUR_WAYS = 2, DEFAULT = 3, ENOUGH = 400 };

static inline struct crowd *open_shape(unsigned shape)
{
    struct crowd_params params = {shape, 1, 1, 1, 51650, 0, 0};
    return crowd_create(&params);
}

static inline void close_shape(struct crowd *crowd)
{
    crowd_finish(crowd);
    crowd_destroy(crowd);
}

static inline struct flow_key key_of(uint32_t number)
{
    return (struct flow_key){.lport = 443, .rport = (uint16_t)(number + 1), .ip_version = 4};
}

/* Makes a request with the key of the connection's number. */
static inline void ask(struct crowd *crowd, uint8_t who, uint8_t op, uint32_t conn, uint16_t gen)
{
    crowd_ask(crowd,
              (struct ctx_req){
                  .op = op, .who = who, .mask = 15, .conn = conn, .gen = gen, .key = key_of(conn)});
}

/* Makes a request and waits for the answer. Returns its result. */
static inline uint8_t ask_now(struct crowd *crowd, uint8_t who, uint8_t op, uint32_t conn,
                              uint16_t gen)
{
    ask(crowd, who, op, conn, gen);
    crowd_wait(crowd, ENOUGH);
    cr_assert(!crowd_is_busy(crowd, who));
    bool returns = op == CTX_OP_WRITE_UNLOCK || op == CTX_OP_UNLOCK || op == CTX_OP_REMOVE;
    return crowd_answer(crowd, who, returns)->rsp.result;
}

static inline uint8_t place_of(struct crowd *crowd, uint32_t conn)
{
    ask(crowd, RX, CTX_OP_LOOKUP, conn, 0);
    crowd_wait(crowd, ENOUGH);
    return crowd_lookup_answer(crowd)->rsp.place;
}

static inline uint64_t answered(struct crowd *crowd, uint8_t who)
{
    return crowd_answer(crowd, who, false)->cycle;
}

static inline void install(struct crowd *crowd, uint32_t conn)
{
    cr_assert_eq(ask_now(crowd, DRIVER, CTX_OP_INSTALL, conn, 1), CTX_OK);
}

#endif
