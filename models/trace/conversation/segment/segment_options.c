#include "models/trace/conversation/segment/segment_options.h"

#include "models/trace/conversation/segment/segment.h"
#include "models/wire/bytes.h"

#include <string.h>

enum { OPT_END = 0, OPT_NOP = 1, OPT_SACK = 5, OPT_TS = 8, TS_BYTES = 10, SACK_BLOCK_BYTES = 8 };
#define RECENT_VALID_NS (UINT64_C(24) * 86400 * 1000000000) /* RFC 7323 5.5 */

/* Returns the next option from `at` on, after padding. Returns NULL at the end and at an impossible length. */
static const uint8_t *option_at(const uint8_t *options, uint32_t options_len, uint32_t at)
{
    while (at < options_len && options[at] == OPT_NOP)
        at++;
    if (at + 1 >= options_len || options[at] == OPT_END || options[at + 1] < 2 ||
        at + options[at + 1] > options_len)
        return NULL;
    return options + at;
}

static const uint8_t *option_find(const uint8_t *options, uint32_t options_len, uint8_t kind)
{
    const uint8_t *option = option_at(options, options_len, 0);
    while (option && option[0] != kind)
        option = option_at(options, options_len, (uint32_t)(option - options) + option[1]);
    return option;
}

void segment_reports_read(const uint8_t *options, uint32_t options_len, struct segment_reports *out)
{
    *out = (struct segment_reports){0};
    const uint8_t *times = option_find(options, options_len, OPT_TS);
    if (times && times[1] == TS_BYTES) {
        out->has_tsval = true;
        out->tsval = be32_load(times + 2);
    }
    const uint8_t *sack = option_find(options, options_len, OPT_SACK);
    for (uint32_t at = 2;
         sack && at + SACK_BLOCK_BYTES <= sack[1] && out->sack_count < SEGMENT_SACK_BLOCKS_MAX;
         at += SACK_BLOCK_BYTES)
        out->sack_right[out->sack_count++] = be32_load(sack + at + 4);
}

void segment_blank_sack(uint8_t *options, uint32_t options_len)
{
    const uint8_t *sack = option_find(options, options_len, OPT_SACK);
    if (sack)
        memset(options + (sack - options), OPT_NOP, sack[1]);
}

void paws_begin(struct paws *paws, const struct raw_segment *syn, const struct raw_segment *syn_ack)
{
    *paws = (struct paws){.since_ns = {syn_ack->time_ns, syn_ack->time_ns}};
    paws->on = syn->reports.has_tsval && syn_ack->reports.has_tsval;
    paws->recent[syn->dir] = syn->reports.tsval;
    paws->recent[syn_ack->dir] = syn_ack->reports.tsval;
}

bool paws_is_old(const struct paws *paws, const struct raw_segment *seg)
{
    if (!paws->on || !seg->reports.has_tsval)
        return false;
    uint64_t since_ns = paws->since_ns[seg->dir];
    bool valid = seg->time_ns < since_ns || seg->time_ns - since_ns <= RECENT_VALID_NS;
    return valid && (int32_t)(seg->reports.tsval - paws->recent[seg->dir]) < 0;
}

void paws_learn(struct paws *paws, const struct raw_segment *seg)
{
    if (!paws->on || !seg->reports.has_tsval || paws_is_old(paws, seg))
        return;
    paws->recent[seg->dir] = seg->reports.tsval;
    paws->since_ns[seg->dir] = seg->time_ns;
}
