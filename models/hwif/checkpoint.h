/*
 * The checkpoint of a connection (docs/hwif.md, section 10): the first one to three lines of its live context, which its
 * NIC writes to host memory behind the record of the segment that they rest on. In each line one field that the host
 * does not need holds the number of the checkpoint instead, so that the host sees whether all lines are of one
 * checkpoint.
 */
#ifndef TOESIM_HWIF_CHECKPOINT_H
#define TOESIM_HWIF_CHECKPOINT_H

#include "models/hwif/conn_ctx.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum {
    CHECKPOINT_LINES_MAX = 3,
    CHECKPOINT_STRIDE =
        256, /* bytes from the checkpoint of one connection id to that of the next */
};

static inline uint32_t checkpoint_number(uint16_t gen, uint16_t count)
{
    return (uint32_t)gen << 16 | count;
}

/* Puts the number into the lines of `ctx`. */
static inline void checkpoint_stamp(struct conn_ctx *ctx, uint32_t number)
{
    static_assert(offsetof(struct conn_ctx, crc) / CTX_LINE_BYTES == 0, "line 0");
    static_assert(offsetof(struct conn_ctx, rx_consumed) / CTX_LINE_BYTES == 1, "line 1");
    static_assert(offsetof(struct conn_ctx, rtt_start) / CTX_LINE_BYTES == 2, "line 2");
    ctx->crc = ctx->rx_consumed = ctx->rtt_start = number;
}

/* Returns true if the first `lines` lines are those of one checkpoint of the connection under this generation. The other
 * lines are not looked at. */
static inline bool checkpoint_is_whole(const struct conn_ctx *saved, unsigned lines, uint32_t conn,
                                       uint16_t gen)
{
    assert(lines > 0 && lines <= CHECKPOINT_LINES_MAX);
    uint32_t number = saved->crc;
    return saved->version == CTX_VERSION && saved->conn_id == conn && saved->generation == gen &&
           number >> 16 == gen && (number & UINT16_MAX) != 0 &&
           (lines < 2 || saved->rx_consumed == number) && (lines < 3 || saved->rtt_start == number);
}

#endif
