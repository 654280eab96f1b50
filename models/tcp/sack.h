/*
 * The scoreboard of received SACK blocks (RFC 2018, RFC 6675): up to four intervals in ctx->sacked,
 * ascending, dense, separate, above snd_una and at most snd_max. If there are more, the smallest is dropped,
 * which costs at worst an unneeded retransmission (RFC 2018 8: blocks are advisory).
 */
#ifndef TOESIM_TCP_SACK_H
#define TOESIM_TCP_SACK_H

#include "models/tcp/tcp.h"

enum { SACK_INTERVALS = 4 };

/* Part of the sequence space: [start, end). */
struct sack_range {
    uint32_t start, end;
};

static inline bool sack_is_empty(const struct conn_ctx *ctx)
{
    return ctx->sacked[0] == ctx->sacked[1];
}

unsigned sack_count(const struct conn_ctx *ctx);

/* Takes the blocks of a segment. Returns true if they report new bytes, which makes the segment a duplicate
 * ACK in the sense of RFC 6675 2. D-SACKs (RFC 2883) report nothing here. */
bool sack_take(struct conn_ctx *ctx, const struct tcp_segment *seg);

/* Drops the intervals below snd_una after it advanced. */
void sack_advance(struct conn_ctx *ctx);

/* Drops all intervals (RFC 2018 8: the peer may have reneged by the time of a retransmission timeout). */
void sack_clear(struct conn_ctx *ctx);

/* RFC 6675 4, IsLost(snd_una). */
bool sack_first_is_lost(const struct conn_ctx *ctx, uint32_t smss, unsigned threshold);

/* RFC 6675 4, SetPipe(): bytes thought to be in the network. */
uint32_t sack_pipe(const struct conn_ctx *ctx, uint32_t smss, unsigned threshold);

/* Returns how many bytes of [snd_una, seq) the peer has reported. */
uint32_t sack_bytes_below(const struct conn_ctx *ctx, uint32_t seq);

/* Finds the first part of a hole at or after `from` and below the highest reported byte; with
 * `must_be_lost` only one that is lost. These are rules (1) and (3) of NextSeg(). */
bool sack_next_hole(const struct conn_ctx *ctx, uint32_t from, bool must_be_lost, uint32_t smss,
                    unsigned threshold, struct sack_range *hole);

/* Returns the unreported bytes at or after `from`, up to the next reported byte or snd_max. */
struct sack_range sack_gap_from(const struct conn_ctx *ctx, uint32_t from);

/* Returns the last unreported bytes that were sent, for rule (4) of NextSeg(). */
struct sack_range sack_last_gap(const struct conn_ctx *ctx);

bool sack_is_sane(const struct conn_ctx *ctx);

#endif
