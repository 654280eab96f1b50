/* Tests models/trace/conversation/segment/segment_rows.c: segments of many tuples are read back
 * unchanged. */
#include "models/base/rng.h"
#include "models/base/units.h"
#include "models/trace/conversation/segment/segment_rows.h"
#include "models/wire/tcp_hdr.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { LISTS = 40, SEGMENTS = 60000, MEMORY = 4 * SPILL_PAGE_BYTES };

static void draw(struct rng *rng, struct raw_segment *seg)
{
    seg->dir = (uint8_t)rng_below(rng, 2);
    seg->time_ns = rng_u64(rng);
    seg->time_ps = rng_u64(rng);
    seg->payload_at = rng_u64(rng);
    seg->payload_len = (uint32_t)rng_u64(rng);
    seg->payload_captured = (uint32_t)rng_below(rng, (uint64_t)seg->payload_len + 1);
    seg->seq = (uint32_t)rng_u64(rng);
    seg->ack = (uint32_t)rng_u64(rng);
    seg->flags = (uint16_t)rng_below(rng, 1 << 12);
    seg->window = (uint16_t)rng_u64(rng);
    seg->urgent = (uint16_t)rng_u64(rng);
    seg->interface = (uint16_t)rng_u64(rng);
    seg->options_len = (uint8_t)rng_below(rng, 41);
    seg->ttl = (uint8_t)rng_u64(rng);
    seg->checksum = (uint8_t)rng_below(rng, RAW_UNVERIFIED + 1);
    /* segment_reports_read() leaves 0 in the fields that a segment does not have. */
    seg->reports = (struct segment_reports){.has_tsval = rng_below(rng, 2)};
    if (seg->reports.has_tsval)
        seg->reports.tsval = (uint32_t)rng_u64(rng);
    seg->reports.sack_count = (uint8_t)rng_below(rng, SEGMENT_SACK_BLOCKS_MAX + 1);
    for (int i = 0; i < seg->reports.sack_count; i++)
        seg->reports.sack_right[i] = (uint32_t)rng_u64(rng);
}

static bool are_equal(const struct raw_segment *a, const struct raw_segment *b)
{
    const struct segment_reports *x = &a->reports, *y = &b->reports;
    return a->time_ns == b->time_ns && a->time_ps == b->time_ps && a->payload_at == b->payload_at &&
           a->payload_len == b->payload_len && a->payload_captured == b->payload_captured &&
           a->seq == b->seq && a->ack == b->ack && a->index == b->index && a->flags == b->flags &&
           a->window == b->window && a->urgent == b->urgent && a->interface == b->interface &&
           a->options_len == b->options_len && a->ttl == b->ttl && a->dir == b->dir &&
           a->checksum == b->checksum && x->tsval == y->tsval && x->has_tsval == y->has_tsval &&
           x->sack_count == y->sack_count &&
           memcmp(x->sack_right, y->sack_right, sizeof x->sack_right) == 0;
}

/* Reads a list, compares it with those of `all` that belong to it, and returns how many there are. */
static size_t check_list(struct segment_rows *rows, const struct segment_list *list,
                         const struct raw_segment *all, const uint8_t *owner, uint8_t which)
{
    static struct raw_segment chunk[SEGMENT_CHUNK_MAX];
    size_t at = 0, seen = 0, count;
    for (uint64_t next = list->first; next;) {
        cr_assert(segment_rows_read(rows, next, chunk, &count, &next));
        for (size_t i = 0; i < count; i++, at++, seen++) {
            while (owner[at] != which)
                at++;
            cr_assert(are_equal(&chunk[i], &all[at]), "segment %zu of list %u", seen, which);
            cr_assert_eq(chunk[i].at, STREAM_NOWHERE);
            cr_assert(chunk[i].acked == -1 && !chunk[i].ignored && !chunk[i].false_sack);
        }
    }
    return seen;
}

/* Few lists get most of the segments, and most lists get few. */
Test(segment_rows, segments_come_back_as_they_were_added)
{
    struct raw_segment *all = calloc(SEGMENTS, sizeof *all);
    uint8_t *owner = calloc(SEGMENTS, 1);
    struct segment_list lists[LISTS] = {0};
    size_t counts[LISTS] = {0};
    struct spill *spill = spill_create(MEMORY);
    struct segment_rows *rows = segment_rows_create(spill);
    struct rng rng;
    rng_init(&rng, 1, "segments");
    for (uint32_t i = 0; i < SEGMENTS; i++) {
        owner[i] = (uint8_t)(rng_below(&rng, 4) ? rng_below(&rng, 3) : rng_below(&rng, LISTS));
        draw(&rng, &all[i]);
        all[i].index = i;
        counts[owner[i]]++;
        cr_assert(segment_rows_add(rows, &lists[owner[i]], &all[i]));
    }
    for (uint8_t k = 0; k < LISTS; k++)
        cr_assert_eq(check_list(rows, &lists[k], all, owner, k), counts[k]);
    segment_rows_destroy(rows);
    spill_destroy(spill);
    free(owner);
    free(all);
}

/* There are as many lists as a flood has tuples. Most of them have one segment, and the others get theirs after the first
 * ones are on disk. */
Test(segment_rows, lists_of_few_segments)
{
    enum { FEW = 20000, ROUNDS = 3 };
    struct raw_segment *all = calloc(ROUNDS * FEW, sizeof *all);
    struct segment_list *lists = calloc(FEW, sizeof *lists);
    struct spill *spill = spill_create(MEMORY);
    struct segment_rows *rows = segment_rows_create(spill);
    struct raw_segment chunk[SEGMENT_CHUNK_MAX];
    struct rng rng;
    rng_init(&rng, 2, "few");
    for (uint32_t i = 0; i < ROUNDS * FEW; i++) {
        uint32_t list = i % FEW, round = i / FEW;
        draw(&rng, &all[i]);
        all[i].index = i;
        if (list % ROUNDS >= round)
            cr_assert(segment_rows_add(rows, &lists[list], &all[i]));
    }
    for (uint32_t k = 0; k < FEW; k++) {
        size_t seen = 0, count;
        for (uint64_t next = lists[k].first; next;) {
            cr_assert(segment_rows_read(rows, next, chunk, &count, &next));
            for (size_t i = 0; i < count; i++, seen++)
                cr_assert(are_equal(&chunk[i], &all[seen * FEW + k]), "%zu of list %u", seen, k);
        }
        cr_assert_eq(seen, k % ROUNDS + 1);
    }
    segment_rows_destroy(rows);
    spill_destroy(spill);
    free(lists);
    free(all);
}

/* Two bulk transfers with timestamps are interleaved. Their times in nanoseconds are uneven. */
Test(segment_rows, a_segment_of_a_transfer_takes_less_than_24_bytes)
{
    struct segment_list lists[2] = {0};
    struct spill *spill = spill_create(MEMORY);
    struct segment_rows *rows = segment_rows_create(spill);
    struct rng rng;
    struct raw_segment seg = {.flags = TCP_ACK, .ttl = 64, .options_len = 12, .window = 501};
    uint32_t sent[2] = {1, 1};
    rng_init(&rng, 1, "transfer");
    seg.reports.has_tsval = true;
    for (uint32_t i = 0; i < SEGMENTS; i++) {
        int k = (int)rng_below(&rng, 2);
        seg.index = i;
        seg.dir = rng_below(&rng, 3) == 0;
        seg.time_ns += rng_below(&rng, 40000);
        seg.time_ps = seg.time_ns * PS_PER_NS;
        seg.payload_len = seg.payload_captured = seg.dir ? 0 : 1448;
        seg.payload_at += seg.dir ? 82 + 1448 : 82;
        seg.seq = seg.dir ? 1 : sent[k];
        seg.ack = seg.dir ? sent[k] : 1;
        sent[k] += seg.payload_len;
        seg.reports.tsval = (uint32_t)(seg.time_ns / 1000000) + 77u * seg.dir;
        seg.flags = (uint16_t)(TCP_ACK | (rng_below(&rng, 8) == 0 ? TCP_PSH : 0));
        cr_assert(segment_rows_add(rows, &lists[k], &seg));
    }
    double each = (double)segment_rows_bytes(rows) / SEGMENTS;
    cr_assert_lt(each, 12, "%.2f bytes each", each); /* verdicts add 12 (conv_view.c), so 24 */
    segment_rows_destroy(rows);
    spill_destroy(spill);
}
