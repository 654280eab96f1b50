/* Tests soft errors in the golden cache: which errors parity detects, which contexts are lost,
 * and which errors disappear again (docs/ctx_cache.md, Parity). */
#include "models/base/stage_loop.h"
#include "models/ctx_cache/ctx_cache_core.h"
#include "models/ctx_cache/ctx_cache_flip.h"
#include "models/ctx_cache/ctx_cache_key.h"
#include "models/ctx_cache/ctx_cache_model.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <signal.h>
#include <string.h>

enum { R = CTX_WHO_RX, T = CTX_WHO_TX, D = CTX_WHO_DRIVER, CONN = 5 };

static uint8_t answer_image[CTX_BYTES];
static bool answer_has_image;

static struct flow_key key_of(uint32_t number)
{
    return (struct flow_key){.laddr = {1}, .rport = (uint16_t)number, .ip_version = 4};
}

/* Makes the image of a request. All its bytes are `fill`, except for the key. */
static void image_make(uint8_t image[CTX_BYTES], uint32_t conn, uint8_t fill)
{
    struct flow_key key = key_of(conn);
    memset(image, fill, CTX_BYTES);
    ctx_core_key_to_line(&key, image + CTX_CONST_LINE * CTX_LINE_BYTES);
}

static struct ctx_rsp serve(struct ctx_core *core, struct ctx_req req, uint8_t fill)
{
    uint8_t image[CTX_BYTES];
    struct ctx_rsp rsp;
    image_make(image, req.conn, fill);
    req.key = key_of(req.conn);
    req.image = image;
    cr_assert(!ctx_core_must_wait(core, &req));
    ctx_core_execute(core, &req, &rsp);
    answer_has_image = rsp.image != NULL;
    if (rsp.image)
        memcpy(answer_image, rsp.image, CTX_BYTES);
    return rsp;
}

static uint8_t ask(struct ctx_core *core, uint8_t op, uint8_t who, uint32_t conn, uint16_t gen)
{
    struct ctx_req req = {.op = op, .who = who, .mask = 15, .conn = conn, .gen = gen};
    return serve(core, req, (uint8_t)gen).result;
}

static void write_lines(struct ctx_core *core, uint8_t who, uint32_t conn, uint8_t mask,
                        uint8_t fill)
{
    struct ctx_req req = {
        .op = CTX_OP_WRITE_UNLOCK, .who = who, .mask = mask, .conn = conn, .gen = 1};
    cr_assert_eq(serve(core, req, fill).result, CTX_OK);
}

static uint8_t place_of(struct ctx_core *core, uint32_t conn)
{
    return serve(core, (struct ctx_req){.op = CTX_OP_LOOKUP, .conn = conn}, 0).place;
}

/* Makes a core of 4 sets x 2 ways in which CONN is installed, so its way is dirty. */
static struct ctx_core *core_open(void)
{
    static struct ctx_core core;
    cr_assert(ctx_core_init(&core, 4, 2, 64, 64));
    cr_assert_eq(ask(&core, CTX_OP_INSTALL, D, CONN, 1), CTX_OK);
    return &core;
}

/* Moves CONN to DRAM by installing two other connections of its set, which are removed
 * afterwards. */
static void push_out(struct ctx_core *core)
{
    static uint16_t gen = 1;
    gen++;
    for (uint32_t other = CONN + 4; other <= CONN + 8; other += 4)
        cr_assert_eq(ask(core, CTX_OP_INSTALL, D, other, gen), CTX_OK);
    for (uint32_t other = CONN + 4; other <= CONN + 8; other += 4) {
        cr_assert_eq(ask(core, CTX_OP_READ_LOCK, D, other, gen), CTX_OK);
        cr_assert_eq(ask(core, CTX_OP_REMOVE, D, other, gen), CTX_OK);
    }
    cr_assert_neq(place_of(core, CONN), CTX_PLACE_HOT);
}

static uint8_t lock(struct ctx_core *core) { return ask(core, CTX_OP_READ_LOCK, R, CONN, 1); }
static uint8_t unlock(struct ctx_core *core) { return ask(core, CTX_OP_UNLOCK, R, CONN, 1); }

static bool flip_data(struct ctx_core *core, uint8_t line, uint16_t bit)
{
    return ctx_core_flip(core, &(struct ctx_flip){.line = line, .bit = bit, .conn = CONN});
}

static bool flip_tag(struct ctx_core *core)
{
    return ctx_core_flip(core, &(struct ctx_flip){.tag = true, .conn = CONN});
}

static void expect_image(uint32_t conn, uint8_t fill)
{
    uint8_t image[CTX_BYTES];
    image_make(image, conn, fill);
    cr_assert(answer_has_image);
    cr_assert_eq(memcmp(answer_image, image, CTX_BYTES), 0);
}

struct bit_row {
    char name[32];
    uint8_t line;
    uint16_t bit;
};

ParameterizedTestParameters(ctx_cache_flip, one_bit_is_always_seen)
{
    static struct bit_row rows[] = {{"first bit", 0, 0},          {"last bit of a line", 1, 511},
                                    {"a bit between", 3, 300},    {"constant line", 4, 77},
                                    {"first parity bit", 2, 512}, {"last parity bit", 4, 543}};
    return cr_make_param_array(struct bit_row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct bit_row *row, ctx_cache_flip, one_bit_is_always_seen)
{
    struct ctx_core *core = core_open();
    cr_assert(flip_data(core, row->line, row->bit));
    cr_assert_eq(lock(core), CTX_BAD, "%s", row->name);
    cr_assert(!answer_has_image, "%s", row->name);
    cr_assert(core->locks[R].held, "the lock is given as for OK");
    cr_assert_eq(unlock(core), CTX_OK);
    cr_assert_eq(lock(core), CTX_BAD, "and nothing heals by itself");
    cr_assert_eq(core->stats.bad_reads, 2);
    cr_assert_eq(unlock(core), CTX_OK);
    cr_assert(flip_data(core, row->line, row->bit));
    cr_assert_eq(lock(core), CTX_OK, "the same bit once more");
    expect_image(CONN, 1);
    cr_assert_eq(core->stats.flips, 2);
    ctx_core_free(core);
}

/* Bits p and p + 32 k share parity bit p, so interleaved parity cannot detect two wrong bits
 * among them. */
Test(ctx_cache_flip, two_bits_of_one_column_are_not_seen)
{
    struct ctx_core *core = core_open();
    cr_assert(flip_data(core, 1, 7));
    cr_assert(flip_data(core, 1, 7 + 32));
    cr_assert_eq(lock(core), CTX_OK);
    cr_assert_eq(answer_image[CTX_LINE_BYTES], 1 ^ 1 << 7);
    cr_assert_eq(answer_image[CTX_LINE_BYTES + 4], 1 ^ 1 << 7);
    ctx_core_free(core);
}

Test(ctx_cache_flip, a_bit_and_its_parity_bit_are_not_seen)
{
    struct ctx_core *core = core_open();
    cr_assert(flip_data(core, 0, 33));
    cr_assert(flip_data(core, 0, 512 + 1));
    cr_assert_eq(lock(core), CTX_OK);
    cr_assert_eq(answer_image[4], 1 ^ 1 << 1);
    ctx_core_free(core);
}

struct pair_row {
    char name[40];
    uint8_t line[2];
    uint16_t bit[2];
};

ParameterizedTestParameters(ctx_cache_flip, two_other_bits_are_seen)
{
    static struct pair_row rows[] = {{"two columns of one line", {1, 1}, {7, 8}},
                                     {"two columns, half a word apart", {1, 1}, {7, 7 + 16}},
                                     {"one column of two lines", {1, 2}, {7, 7}},
                                     {"a bit and another's parity bit", {0, 0}, {33, 512}},
                                     {"two parity bits", {0, 0}, {512, 513}}};
    return cr_make_param_array(struct pair_row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct pair_row *row, ctx_cache_flip, two_other_bits_are_seen)
{
    struct ctx_core *core = core_open();
    for (int i = 0; i < 2; i++)
        cr_assert(flip_data(core, row->line[i], row->bit[i]));
    cr_assert_eq(lock(core), CTX_BAD, "%s", row->name);
    ctx_core_free(core);
}

Test(ctx_cache_flip, a_line_that_is_written_is_good_again)
{
    struct ctx_core *core = core_open();
    cr_assert_eq(lock(core), CTX_OK);
    cr_assert(flip_data(core, 0, 9));
    cr_assert(flip_data(core, 2, 9));
    write_lines(core, R, CONN, 1, 1);
    cr_assert_eq(lock(core), CTX_BAD, "line 2 was not written");
    write_lines(core, R, CONN, 4, 1);
    cr_assert_eq(lock(core), CTX_OK);
    expect_image(CONN, 1);
    ctx_core_free(core);
}

Test(ctx_cache_flip, extract_of_a_bad_context_says_so_and_leaves_a_tombstone)
{
    struct ctx_core *core = core_open();
    cr_assert(flip_data(core, 4, 9));
    cr_assert_eq(ask(core, CTX_OP_FREEZE, D, CONN, 1), CTX_OK, "FREEZE reads no lines");
    cr_assert_eq(ask(core, CTX_OP_EXTRACT, D, CONN, 1), CTX_BAD);
    cr_assert(!answer_has_image);
    cr_assert_eq(place_of(core, CONN), CTX_PLACE_MOVED);
    cr_assert_eq(lock(core), CTX_ABSENT);
    cr_assert_eq(core->stats.extracts, 1);
    cr_assert(!core->dram[CONN]->out);
    cr_assert_eq(ask(core, CTX_OP_INSTALL, D, CONN, 2), CTX_OK);
    cr_assert_eq(ask(core, CTX_OP_READ_LOCK, R, CONN, 2), CTX_OK);
    expect_image(CONN, 2);
    ctx_core_free(core);
}

Test(ctx_cache_flip, dram_knows_when_the_cache_is_ahead_of_it)
{
    struct ctx_core *core = core_open();
    cr_assert(core->dram[CONN]->out, "INSTALL");
    push_out(core);
    cr_assert(!core->dram[CONN]->out, "written back");
    cr_assert_eq(lock(core), CTX_OK);
    cr_assert_eq(unlock(core), CTX_OK);
    cr_assert(!core->dram[CONN]->out, "read");
    cr_assert_eq(lock(core), CTX_OK);
    write_lines(core, R, CONN, 0, 1);
    cr_assert(core->dram[CONN]->out, "written");
    push_out(core);
    cr_assert(!core->dram[CONN]->out);
    cr_assert_eq(ask(core, CTX_OP_FREEZE, D, CONN, 1), CTX_OK);
    cr_assert(core->dram[CONN]->out && core->dram[CONN]->frozen, "frozen");
    cr_assert_eq(ask(core, CTX_OP_EXTRACT, D, CONN, 1), CTX_OK);
    cr_assert(!core->dram[CONN]->out && core->dram[CONN]->known && !core->dram[CONN]->present);
    ctx_core_free(core);
}

Test(ctx_cache_flip, a_clean_context_with_a_bad_tag_is_fetched_anew)
{
    struct ctx_core *core = core_open();
    cr_assert_eq(lock(core), CTX_OK);
    write_lines(core, R, CONN, 15, 8);
    push_out(core);
    cr_assert_eq(lock(core), CTX_OK);
    cr_assert_eq(unlock(core), CTX_OK);
    uint64_t misses = core->stats.misses;
    cr_assert(flip_tag(core));
    cr_assert_eq(core->stats.tag_errors, 1);
    cr_assert_eq(place_of(core, CONN), CTX_PLACE_HOT, "the lookup table knows nothing of it");
    cr_assert(!flip_tag(core), "it is not here any more");
    cr_assert_eq(core->stats.flips_missed, 1);
    cr_assert_eq(lock(core), CTX_OK);
    expect_image(CONN, 8);
    cr_assert_eq(core->stats.misses, misses + 1);
    ctx_core_free(core);
}

Test(ctx_cache_flip, a_dirty_context_with_a_bad_tag_is_lost_and_never_read_old)
{
    struct ctx_core *core = core_open();
    push_out(core); /* DRAM has an old copy */
    cr_assert_eq(lock(core), CTX_OK);
    write_lines(core, R, CONN, 2, 8);
    cr_assert(flip_tag(core));
    cr_assert_eq(lock(core), CTX_BAD);
    cr_assert_eq(unlock(core), CTX_OK);
    push_out(core);
    cr_assert_eq(core->stats.bad_victims, 0, "a clean victim leaves without a check");
    cr_assert(core->dram[CONN]->out);
    cr_assert_eq(lock(core), CTX_BAD, "however often it leaves and comes back");
    write_lines(core, R, CONN, 15, 8);
    cr_assert_eq(lock(core), CTX_BAD, "the constant line is not known to be right either");
    ctx_core_free(core);
}

Test(ctx_cache_flip, a_frozen_context_is_still_frozen_when_its_tag_was_lost)
{
    struct ctx_core *core = core_open();
    cr_assert_eq(ask(core, CTX_OP_FREEZE, D, CONN, 1), CTX_OK);
    cr_assert(flip_tag(core));
    cr_assert_eq(place_of(core, CONN), CTX_PLACE_MOVED);
    cr_assert_eq(lock(core), CTX_FROZEN);
    cr_assert_eq(ask(core, CTX_OP_READ_LOCK, D, CONN, 1), CTX_BAD, "the driver's drain");
    cr_assert_eq(ask(core, CTX_OP_UNLOCK, D, CONN, 1), CTX_OK);
    cr_assert_eq(ask(core, CTX_OP_EXTRACT, D, CONN, 1), CTX_BAD);
    cr_assert_eq(place_of(core, CONN), CTX_PLACE_MOVED);
    ctx_core_free(core);
}

Test(ctx_cache_flip, a_lost_context_is_installed_anew_after_its_removal)
{
    struct ctx_core *core = core_open();
    cr_assert(flip_tag(core));
    cr_assert_eq(ask(core, CTX_OP_INSTALL, D, CONN, 2), CTX_DUPLICATE, "DRAM says it is here");
    cr_assert_eq(ask(core, CTX_OP_RESERVE, D, CONN, 1), CTX_DUPLICATE);
    cr_assert_eq(ask(core, CTX_OP_READ_LOCK, R, CONN, 2), CTX_STALE);
    cr_assert_eq(lock(core), CTX_BAD);
    cr_assert_eq(ask(core, CTX_OP_REMOVE, R, CONN, 1), CTX_OK);
    cr_assert_eq(place_of(core, CONN), CTX_PLACE_NOT_MINE);
    cr_assert_eq(lock(core), CTX_ABSENT);
    cr_assert_eq(ask(core, CTX_OP_INSTALL, D, CONN, 2), CTX_OK);
    cr_assert_eq(ask(core, CTX_OP_READ_LOCK, R, CONN, 2), CTX_OK);
    expect_image(CONN, 2);
    ctx_core_free(core);
}

/* The holder of the lock needs no tag. Its next request decides what happens to the way. */
Test(ctx_cache_flip, a_tag_error_while_locked_is_healed_by_write_unlock)
{
    struct ctx_core *core = core_open();
    cr_assert_eq(lock(core), CTX_OK);
    cr_assert(flip_tag(core));
    cr_assert(!flip_data(core, 0, 0), "nobody finds it");
    cr_assert_eq(ask(core, CTX_OP_INSTALL, D, CONN, 2), CTX_DUPLICATE);
    write_lines(core, R, CONN, 1, 1);
    cr_assert_eq(lock(core), CTX_OK);
    expect_image(CONN, 1);
    cr_assert_eq(core->stats.misses, 0);
    cr_assert_eq(core->stats.tag_errors, 0);
    ctx_core_free(core);
}

Test(ctx_cache_flip, a_tag_error_while_locked_ends_with_unlock_in_a_loss)
{
    struct ctx_core *core = core_open();
    cr_assert_eq(lock(core), CTX_OK);
    cr_assert(flip_tag(core));
    cr_assert_eq(unlock(core), CTX_OK);
    cr_assert_eq(core->stats.tag_errors, 1);
    cr_assert_eq(lock(core), CTX_BAD, "it was dirty");
    ctx_core_free(core);
}

Test(ctx_cache_flip, a_tag_error_while_locked_does_not_keep_the_context_from_going)
{
    struct ctx_core *core = core_open();
    cr_assert_eq(lock(core), CTX_OK);
    cr_assert(flip_tag(core));
    cr_assert_eq(ask(core, CTX_OP_REMOVE, R, CONN, 1), CTX_OK);
    cr_assert_eq(core->stats.tag_errors, 0);
    cr_assert_eq(place_of(core, CONN), CTX_PLACE_NOT_MINE);
    cr_assert_eq(ask(core, CTX_OP_INSTALL, D, CONN, 2), CTX_OK);
    ctx_core_free(core);
}

Test(ctx_cache_flip, a_locked_way_with_a_bad_tag_is_not_empty)
{
    struct ctx_core *core = core_open();
    cr_assert_eq(lock(core), CTX_OK);
    cr_assert(flip_tag(core));
    for (uint32_t i = 1; i < 6; i++)
        cr_assert_eq(ask(core, CTX_OP_INSTALL, D, CONN + 4 * i, 1), CTX_OK);
    cr_assert_eq(core->stats.evictions, 4, "all in the other way");
    write_lines(core, R, CONN, 15, 1);
    cr_assert_eq(lock(core), CTX_OK);
    expect_image(CONN, 1);
    ctx_core_free(core);
}

Test(ctx_cache_flip, a_way_with_a_bad_tag_is_empty)
{
    struct ctx_core *core = core_open();
    cr_assert_eq(ask(core, CTX_OP_INSTALL, D, CONN + 4, 1), CTX_OK);
    cr_assert(flip_tag(core));
    cr_assert_eq(ask(core, CTX_OP_INSTALL, D, CONN + 8, 1), CTX_OK);
    cr_assert_eq(core->stats.evictions, 0);
    cr_assert_eq(ask(core, CTX_OP_READ_LOCK, T, CONN + 4, 1), CTX_OK);
    cr_assert_eq(core->stats.misses, 0);
    ctx_core_free(core);
}

Test(ctx_cache_flip, a_bad_victim_is_not_written_back_as_good)
{
    struct ctx_core *core = core_open();
    cr_assert(flip_data(core, 3, 100));
    push_out(core);
    cr_assert_eq(core->stats.bad_victims, 1);
    cr_assert_eq(core->stats.writebacks, 1);
    cr_assert(core->dram[CONN]->out);
    cr_assert_eq(lock(core), CTX_BAD);
    write_lines(core, R, CONN, 7, 8);
    cr_assert_eq(lock(core), CTX_BAD, "one of four lines was not written");
    write_lines(core, R, CONN, 15, 8);
    push_out(core);
    cr_assert_eq(core->stats.bad_victims, 1, "all of them were");
    cr_assert_eq(lock(core), CTX_OK);
    expect_image(CONN, 8);
    ctx_core_free(core);
}

/* After a bad way is taken over, by a fill from DRAM or by INSTALL, it is good. */
Test(ctx_cache_flip, a_way_that_is_taken_over_is_good)
{
    struct ctx_core *core = core_open();
    struct ctx_flip flip = {.line = 1, .bit = 2, .conn = CONN};
    push_out(core);
    cr_assert_eq(ask(core, CTX_OP_INSTALL, D, 9, 100), CTX_OK);
    cr_assert_eq(ask(core, CTX_OP_INSTALL, D, 13, 100), CTX_OK);
    for (flip.conn = 9; flip.conn <= 13; flip.conn += 4)
        cr_assert(ctx_core_flip(core, &flip));
    cr_assert_eq(lock(core), CTX_OK, "fetched");
    cr_assert_eq(ask(core, CTX_OP_INSTALL, D, 17, 100), CTX_OK);
    cr_assert_eq(ask(core, CTX_OP_READ_LOCK, T, 17, 100), CTX_OK, "installed");
    cr_assert_eq(core->stats.bad_victims, 2);
    ctx_core_free(core);
}

/* The constant line has been in DRAM since INSTALL and is not written back. */
Test(ctx_cache_flip, a_bad_constant_line_is_forgotten_with_the_victim)
{
    struct ctx_core *core = core_open();
    cr_assert(flip_data(core, CTX_CONST_LINE, 3));
    push_out(core);
    cr_assert_eq(core->stats.bad_victims, 0);
    cr_assert_eq(lock(core), CTX_OK);
    expect_image(CONN, 1);
    ctx_core_free(core);
}

Test(ctx_cache_flip, nothing_happens_to_a_context_that_is_not_here)
{
    struct ctx_core *core = core_open();
    struct ctx_flip flips[] = {{.conn = CONN + 4}, {.conn = 64}, {.tag = true, .conn = 0xffffff}};
    for (size_t i = 0; i < sizeof flips / sizeof flips[0]; i++)
        cr_assert(!ctx_core_flip(core, &flips[i]));
    cr_assert_eq(core->stats.flips_missed, 3);
    cr_assert_eq(lock(core), CTX_OK);
    expect_image(CONN, 1);
    ctx_core_free(core);
}

Test(ctx_cache_flip, refuses_a_line_that_is_none, .signal = SIGABRT)
{
    flip_data(core_open(), CTX_LINES, 0);
}

Test(ctx_cache_flip, refuses_a_bit_beyond_the_parity_bits, .signal = SIGABRT)
{
    flip_data(core_open(), 0, CTX_LINE_STORED_BITS);
}

/* The cache runs as a stage and applies a soft error in the order of the requests. */
static void note_result(void *self, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    (void)now_ps;
    uint8_t *result = self;
    *result = rsp->result;
}

Test(ctx_cache_flip, the_stage_flips_behind_what_it_was_asked_before)
{
    uint8_t image[CTX_BYTES], result = CTX_END;
    struct ctx_cache_model_params params;
    ctx_cache_model_params_default(&params);
    struct ctx_cache_model *model = ctx_cache_model_create(
        &params, (struct ctx_client){.on_response = note_result, .self = &result}, NULL);
    struct ctx_store store = ctx_cache_model_store(model);
    struct stage_loop loop;
    stage_loop_init(&loop);
    stage_loop_add(&loop, ctx_cache_model_stage(model, "cache"));
    image_make(image, CONN, 1);
    struct ctx_req req = {.op = CTX_OP_INSTALL, .who = D, .conn = CONN, .gen = 1, .image = image};
    cr_assert(store.ops->submit(store.self, &req, 0));
    cr_assert(store.ops->flip(store.self, &(struct ctx_flip){.conn = CONN}, 0));
    stage_loop_run(&loop, PS_PER_US);
    cr_assert_eq(result, CTX_OK);
    req.op = CTX_OP_READ_LOCK;
    cr_assert(store.ops->submit(store.self, &req, PS_PER_US));
    stage_loop_run(&loop, 2 * PS_PER_US);
    cr_assert_eq(result, CTX_BAD);
    cr_assert_eq(ctx_cache_model_stats(model)->flips, 1);
    ctx_cache_model_destroy(model);
}
