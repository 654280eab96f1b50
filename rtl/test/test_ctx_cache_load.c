/* Compares the RTL with the golden model while the lookup table is near its capacity. Reservations
 * come and go at a load of 90 %, and LOOKUPs ask for keys that are in the table and for keys that
 * are gone. */
#include "rtl/test/ctx_cache_compare.h"
#include "rtl/test/ctx_cache_world.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_CYCLES_MAX = 20000, DRAM_PS = 51650 };

struct load {
    struct ctx_core golden;
    struct ctx_cache_dut *dut;
    struct ctx_rsp rsp;
    bool caught;
    uint32_t background_max; /* cycles from a response until the cache is quiescent */
};

static void load_on_response(void *self, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    struct load *load = self;
    (void)now_ps;
    cr_assert(!load->caught);
    load->caught = true;
    load->rsp = *rsp;
}

static struct flow_key key_make(uint32_t number)
{
    return (struct flow_key){.laddr = {[15] = 1},
                             .raddr = {[13] = (uint8_t)(number >> 16)},
                             .lport = 443,
                             .rport = (uint16_t)number,
                             .vlan = VLAN_NONE,
                             .ip_version = 6};
}

/* Makes one request to both. Returns the result, which must be the same. */
static uint8_t load_ask(struct load *load, uint8_t op, uint32_t conn, uint16_t gen, uint32_t key)
{
    struct ctx_req req = {
        .op = op, .who = CTX_WHO_DRIVER, .conn = conn, .gen = gen, .key = key_make(key)};
    struct ctx_rsp expected;
    ctx_core_execute(&load->golden, &req, &expected);
    load->caught = false;
    cr_assert(ctx_cache_dut_submit(load->dut, &req));
    for (uint32_t cycle = 0; !load->caught; cycle++) {
        cr_assert_lt(cycle, WAIT_CYCLES_MAX, "no response");
        ctx_cache_dut_step(load->dut);
    }
    compare_answer(&req, &load->rsp, &expected);
    return op == CTX_OP_LOOKUP ? load->rsp.place : load->rsp.result;
}

static void load_rest(struct load *load)
{
    uint32_t cycles = 0;
    for (; !ctx_cache_dut_is_quiescent(load->dut); cycles++)
        ctx_cache_dut_step(load->dut);
    if (cycles > load->background_max)
        load->background_max = cycles;
    cr_assert_eq(ctx_cache_dut_entries_used(load->dut), load->golden.table.used);
    cr_assert_eq(ctx_cache_dut_stats(load->dut)->displacements, load->golden.table.displace.moves);
}

struct load_row {
    char name[48];
    unsigned shape;
    uint32_t rounds;
    uint32_t percent;
    uint32_t rest_every; /* after this many requests we wait until the cache is quiescent */
};

ParameterizedTestParameters(ctx_cache_load, table_takes_ninety_percent)
{
    static struct load_row rows[] = {
        {"2 sets x 1 way", 0, 2000, 90, 1},
        {"4 sets x 2 ways", 1, 2000, 90, 1},
        {"4 sets x 2 ways, without rest", 1, 2000, 90, 100},
        {"16 sets x 4 ways", 2, 4000, 90, 1},
        {"16 sets x 4 ways, without rest", 2, 4000, 90, 100},
        {"16 sets x 4 ways, too full", 2, 4000, 102, 7},
    };
    return cr_make_param_array(struct load_row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct load_row *row, ctx_cache_load, table_takes_ninety_percent, .timeout = 300)
{
    struct ctx_cache_shape shape = ctx_cache_shapes[row->shape];
    struct load *load = calloc(1, sizeof *load);
    cr_assert(
        ctx_core_init(&load->golden, shape.sets, shape.ways, shape.lookup_entries, shape.conn_ids));
    load->dut = ctx_cache_dut_create(
        row->shape, DRAM_PS, (struct ctx_client){.on_response = load_on_response, .self = load});
    uint32_t full = shape.lookup_entries * row->percent / 100, used = 0, refused = 0;
    uint32_t *keys = calloc(shape.conn_ids, sizeof *keys); /* per connection; 0: no reservation */
    for (uint32_t round = 1; round <= row->rounds; round++) {
        uint32_t conn = round * 13 % (full < shape.conn_ids ? full : shape.conn_ids);
        if (keys[conn]) {
            uint8_t result = load_ask(load, CTX_OP_RELEASE, conn, 1, keys[conn]);
            cr_assert_eq(result, CTX_OK);
            cr_assert_eq(load_ask(load, CTX_OP_LOOKUP, 0, 0, keys[conn]), CTX_PLACE_NOT_MINE);
            keys[conn] = 0;
            used--;
        }
        uint8_t result = load_ask(load, CTX_OP_RESERVE, conn, 1, round);
        cr_assert(result == CTX_OK || (row->percent > 90 && result == CTX_FULL), "%s: %u at %u",
                  row->name, result, used);
        if (result == CTX_OK) {
            keys[conn] = round;
            used++;
        } else {
            refused++;
        }
        uint32_t other = round * 11 % shape.conn_ids;
        uint8_t place = keys[other] ? CTX_PLACE_RESERVED : CTX_PLACE_NOT_MINE;
        cr_assert_eq(load_ask(load, CTX_OP_LOOKUP, 0, 0, keys[other] ? keys[other] : ~0u), place);
        if (round % row->rest_every == 0)
            load_rest(load);
    }
    load_rest(load);
    cr_assert_eq(load->golden.table.used, used);
    cr_assert_eq(row->percent > 90 ? refused > 0 : used == full, true);
    cr_assert_gt(load->golden.table.displace.moves, 0);
    if (getenv("CTX_CACHE_VERBOSE"))
        fprintf(stderr, "%s: %u of %u entries, %u refused, %llu moves, longest background %u\n",
                row->name, used, shape.lookup_entries, refused,
                (unsigned long long)load->golden.table.displace.moves, load->background_max);
    free(keys);
    ctx_cache_dut_destroy(load->dut);
    ctx_core_free(&load->golden);
    free(load);
}
