/* Connects the TCP core with itself. Every byte must arrive in order, however the channel
 * behaves. */
#include "models/tcp/test/tcp_pair.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>

enum { ALL = CTX_FEATURE_TS | CTX_FEATURE_SACK | CTX_FEATURE_WS | CTX_FEATURE_MSS };

struct row {
    char name[64];
    uint32_t bytes0, bytes1, loss, dup, reorder, slow;
    uint8_t offered0, offered1, ring_log2, rcv_ws;
    uint16_t mss;
    bool simultaneous;
};

static struct row rows[] = {
    {"clean, one way", 100000, 0, 0, 0, 0, 0, ALL, ALL, 16, 2, 1460, false},
    {"clean, both ways", 60000, 80000, 0, 0, 0, 0, ALL, ALL, 16, 2, 1460, false},
    {"no data at all", 0, 0, 0, 0, 0, 0, ALL, ALL, 16, 2, 1460, false},
    {"one byte", 1, 1, 0, 0, 0, 0, ALL, ALL, 16, 0, 1460, false},
    {"no options", 60000, 60000, 20, 10, 50, 0, 0, 0, 16, 0, 1460, false},
    {"timestamps refused by one", 60000, 60000, 20, 10, 50, 0, ALL, ALL & ~CTX_FEATURE_TS, 16, 3,
     1460, false},
    {"light loss", 80000, 80000, 20, 0, 0, 0, ALL, ALL, 16, 2, 1460, false},
    {"heavy loss", 30000, 30000, 150, 0, 0, 0, ALL, ALL, 16, 2, 1460, false},
    {"heavy loss without timestamps", 30000, 30000, 150, 0, 0, 0, CTX_FEATURE_MSS, CTX_FEATURE_MSS,
     16, 0, 1460, false},
    {"everything at once", 40000, 40000, 60, 40, 200, 0, ALL, ALL, 15, 4, 1000, false},
    {"reordering only", 80000, 80000, 0, 0, 300, 0, ALL, ALL, 16, 2, 1460, false},
    {"duplicates only", 80000, 80000, 0, 500, 0, 0, ALL, ALL, 16, 2, 1460, false},
    {"small ring and slow reader", 40000, 5000, 0, 0, 0, 30, ALL, ALL, 12, 0, 1460, false},
    {"small ring, slow reader, scale", 40000, 5000, 10, 5, 20, 30, ALL, ALL, 13, 7, 1460, false},
    {"tiny segments", 20000, 20000, 20, 0, 20, 0, ALL, ALL, 14, 1, 100, false},
    {"simultaneous open", 30000, 30000, 0, 0, 0, 0, ALL, ALL, 16, 2, 1460, true},
    {"simultaneous open with loss", 30000, 30000, 60, 20, 100, 0, ALL, ALL, 16, 2, 1460, true},
};

static struct pair_params params_of(const struct row *row, uint64_t seed)
{
    return (struct pair_params){
        .seed = seed,
        .bytes = {row->bytes0, row->bytes1},
        .loss_permille = row->loss,
        .dup_permille = row->dup,
        .reorder_permille = row->reorder,
        .slow_reader_permille = row->slow,
        .offered = {row->offered0, row->offered1},
        .rcv_ws = row->rcv_ws,
        .ring_log2 = row->ring_log2,
        .mss = row->mss,
        .simultaneous = row->simultaneous,
    };
}

ParameterizedTestParameters(tcp_pair, delivers_every_byte_and_closes)
{
    return cr_make_param_array(struct row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct row *row, tcp_pair, delivers_every_byte_and_closes)
{
    struct tcp_pair *pair = malloc(sizeof *pair);
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct pair_params params = params_of(row, seed);
        pair_init(pair, &params);
        pair_run(pair, 3000 * PS_PER_S);
        for (unsigned i = 0; i < 2; i++) {
            struct pair_end *end = &pair->end[i];
            cr_assert(end->established, "%s seed %lu end %u", row->name, seed, i);
            cr_assert_eq(end->received, pair->end[!i].total, "%s seed %lu end %u: %u of %u",
                         row->name, seed, i, end->received, pair->end[!i].total);
            cr_assert_eq(end->terminated, 0, "%s seed %lu end %u: cause %u", row->name, seed, i,
                         end->terminated);
            cr_assert(end->closed && end->ctx.tcp_state == TCP_CLOSED,
                      "%s seed %lu end %u state %u", row->name, seed, i, end->ctx.tcp_state);
        }
        if (row->loss == 0 && row->dup == 0 && row->reorder == 0 && row->slow == 0 &&
            !row->simultaneous)
            cr_assert_eq(pair->end[0].retransmissions + pair->end[1].retransmissions, 0, "%s",
                         row->name);
    }
    free(pair);
}

/* Turns the context into an image and back after each event, in no time. The transcript must not
 * change (I-REF). */
ParameterizedTestParameters(tcp_pair, moving_after_every_event_changes_nothing)
{
    return cr_make_param_array(struct row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct row *row, tcp_pair, moving_after_every_event_changes_nothing)
{
    struct tcp_pair *plain = malloc(sizeof *plain), *moved = malloc(sizeof *moved);
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct pair_params params = params_of(row, seed);
        pair_init(plain, &params);
        params.move_always = true;
        pair_init(moved, &params);
        while (pair_step(plain, 3000 * PS_PER_S)) {
            cr_assert(pair_step(moved, 3000 * PS_PER_S));
            cr_assert_eq(plain->now_ps, moved->now_ps, "%s seed %lu", row->name, seed);
            cr_assert_eq(plain->transcript, moved->transcript, "%s seed %lu at %lu", row->name,
                         seed, plain->now_ps);
        }
    }
    free(plain);
    free(moved);
}
