/* Reads the TCP options of captured segments and rewrites them for the simulated server (docs/replay.md). */
#include "models/trace/replay/replay_options.h"

#include "models/trace/replay/replay_due.h"
#include "models/wire/bytes.h"

#include <assert.h>
#include <string.h>

enum { OPT_END = 0, OPT_NOP = 1, OPT_WS = 3, OPT_SACK = 5, OPT_TS = 8 };
enum { WS_BYTES = 3, TS_BYTES = 10, SACK_BLOCK_BYTES = 8 };

/* Finds the next option of at least two bytes at or after *at. Returns false if there is none. */
static bool option_next(const uint8_t *options, uint32_t options_len, uint32_t *at)
{
    while (*at < options_len && options[*at] == OPT_NOP)
        (*at)++;
    return *at + 1 < options_len && options[*at] != OPT_END && options[*at + 1] >= 2 &&
           *at + options[*at + 1] <= options_len;
}

static const uint8_t *option_find(const struct client_segment *seg, uint8_t kind, uint8_t len)
{
    for (uint32_t at = 0; option_next(seg->options, seg->options_len, &at);
         at += seg->options[at + 1])
        if (seg->options[at] == kind && seg->options[at + 1] == len)
            return seg->options + at;
    return NULL;
}

bool replay_options_tsval(const struct client_segment *seg, uint32_t *tsval)
{
    const uint8_t *option = option_find(seg, OPT_TS, TS_BYTES);
    if (option)
        *tsval = be32_load(option + 2);
    return option != NULL;
}

int replay_options_shift(const struct client_segment *syn)
{
    const uint8_t *option = option_find(syn, OPT_WS, WS_BYTES);
    if (!option)
        return -1;
    return option[2] > TCP_WS_MAX ? TCP_WS_MAX : option[2];
}

bool replay_options_each_sack(const struct client_segment *seg,
                              bool (*on_block)(const void *self, uint32_t left, uint32_t right),
                              const void *self)
{
    for (uint32_t at = 0; option_next(seg->options, seg->options_len, &at);
         at += seg->options[at + 1]) {
        if (seg->options[at] != OPT_SACK)
            continue;
        uint32_t end = at + seg->options[at + 1];
        for (uint32_t p = at + 2; p + SACK_BLOCK_BYTES <= end; p += SACK_BLOCK_BYTES)
            if (!on_block(self, be32_load(seg->options + p), be32_load(seg->options + p + 4)))
                return false;
    }
    return true;
}

/* Reduces a captured SACK block to the part that has arrived. Returns false if nothing of it has arrived. */
static bool block_clip(const struct replay_conv *conv, const uint8_t *block, uint64_t *left,
                       uint64_t *right)
{
    int64_t l = replay_due_ack(conv, be32_load(block));
    int64_t r = replay_due_ack(conv, be32_load(block + 4));
    if (l < 0 || r <= l)
        return false;
    *left = (uint64_t)l;
    *right = (uint64_t)r;
    if (*left < conv->rcv_nxt) { /* a DSACK, which reports a duplicate (RFC 2883) */
        *right = u64_min(*right, conv->rcv_nxt);
        return true;
    }
    for (unsigned i = 0; i < conv->ooo.count; i++) {
        uint64_t from = u64_max(*left, conv->ooo.ranges[i].from),
                 to = u64_min(*right, conv->ooo.ranges[i].to);
        if (from < to) {
            *left = from;
            *right = to;
            return true;
        }
    }
    return false;
}

static void sack_rewrite(const struct replay_conv *conv, uint8_t *option)
{
    uint32_t len = option[1], kept = 2;
    for (uint32_t p = 2; p + SACK_BLOCK_BYTES <= len; p += SACK_BLOCK_BYTES) {
        uint64_t left, right;
        if (!block_clip(conv, option + p, &left, &right))
            continue;
        be32_store(option + kept, conv->server_isn + (uint32_t)left);
        be32_store(option + kept + 4, conv->server_isn + (uint32_t)right);
        kept += SACK_BLOCK_BYTES;
    }
    if (kept == 2)
        kept = 0;
    else
        option[1] = (uint8_t)kept;
    memset(option + kept, OPT_NOP, len - kept);
}

uint32_t replay_options_make(const struct replay_conv *conv, const struct client_segment *seg,
                             bool newest_tsval, uint8_t out[REPLAY_OPTIONS_MAX])
{
    assert(seg->options_len <= REPLAY_OPTIONS_MAX && seg->options_len % 4 == 0);
    memcpy(out, seg->options, seg->options_len);
    uint32_t len = 0;
    for (uint32_t at = 0; option_next(out, seg->options_len, &at); at += len) {
        len = out[at + 1]; /* The length is read before a SACK option is shortened. */
        if (out[at] == OPT_TS && len == TS_BYTES && conv->ts) {
            if (newest_tsval)
                be32_store(out + at + 2, conv->tsval_newest);
            if (seg->flags & TCP_ACK)
                be32_store(out + at + 6, conv->ts_recent);
        } else if (out[at] == OPT_SACK && conv->synack) {
            sack_rewrite(conv, out + at);
        }
    }
    return seg->options_len;
}
