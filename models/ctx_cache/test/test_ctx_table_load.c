/* Measures how full the lookup table gets if random tuples are only inserted, and how many moves
 * displacement needs. With CTX_CACHE_VERBOSE=1 it prints the table of docs/ctx_cache.md (Load of
 * the table), and it checks the figures of that table. */
#include "models/base/rng.h"
#include "models/ctx_cache/ctx_cache_table.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEP_PERCENT = 5, STEPS = 40, CYCLES_PER_MOVE = 9 };

struct row {
    char name[48];
    uint32_t entries;
    uint32_t full_percent; /* the least number of entries, in per cent of the slots, before FULL */
};

struct loading {
    struct ctx_table table;
    struct rng rng;
    uint64_t moves[STEPS]; /* from step * 5 % to the next step */
    uint32_t inserted[STEPS];
    uint64_t longest_chain; /* moves after one insertion below 90 % */
    uint32_t first_wait;    /* number of entries when one first waited in the stash */
    uint32_t reached;       /* number of entries when the next one found no slot */
    uint32_t clashes; /* keys that were left out because the fingerprint of another was equal */
};

ParameterizedTestParameters(ctx_table_load, insertions_only)
{
    static struct row rows[] = {{"131072 entries", 131072, 95},
                                {"4096 entries", 4096, 95},
                                {"256 entries", 256, 95},
                                {"64 entries", 64, 100},
                                {"16 entries", 16, 120}};
    return cr_make_param_array(struct row, rows, sizeof rows / sizeof rows[0]);
}

static struct flow_key random_key(struct rng *rng)
{
    struct flow_key key;
    memset(&key, 0, sizeof key);
    for (size_t i = 12; i < sizeof key.raddr; i++)
        key.raddr[i] = (uint8_t)rng_u64(rng);
    key.lport = (uint16_t)rng_u64(rng);
    key.rport = (uint16_t)rng_u64(rng);
    key.ip_version = 4;
    return key;
}

/* Inserts one entry. Returns false if there is no slot for it. */
static bool insert_one(struct loading *load, uint32_t entries)
{
    struct ctx_table *table = &load->table;
    struct flow_key key = random_key(&load->rng);
    struct ctx_table_found found = ctx_table_find(table, &key);
    if (found.found)
        return true;
    if (found.clash) {
        load->clashes++;
        return true;
    }
    if (!found.has_free)
        return false;
    uint32_t step = (uint32_t)((uint64_t)table->used * 100 / entries / STEP_PERCENT);
    uint64_t before = table->displace.moves;
    ctx_table_insert(table, found.free_index, &key, table->used, 1, CTX_ENTRY_HOT);
    ctx_table_displace(table);
    uint64_t moves = table->displace.moves - before;
    cr_assert_lt(step, STEPS);
    load->moves[step] += moves;
    load->inserted[step]++;
    if (moves > 0 && load->first_wait == 0)
        load->first_wait = table->used;
    if ((uint64_t)table->used * 10 < (uint64_t)entries * 9 && moves > load->longest_chain)
        load->longest_chain = moves;
    return true;
}

static void print_load(const struct row *row, const struct loading *load)
{
    printf("%s: full at %u %%, first wait at %u %%, longest chain below 90 %% %llu moves, %llu "
           "cycles, %u clashes\n",
           row->name, load->reached * 100 / row->entries, load->first_wait * 100 / row->entries,
           (unsigned long long)load->longest_chain,
           (unsigned long long)load->longest_chain * CYCLES_PER_MOVE, load->clashes);
    for (uint32_t step = 50 / STEP_PERCENT; step < STEPS; step++)
        if (load->inserted[step] > 0)
            printf("  %3u to %3u %%: %.4f moves per insertion\n", step * STEP_PERCENT,
                   (step + 1) * STEP_PERCENT, (double)load->moves[step] / load->inserted[step]);
}

ParameterizedTest(struct row *row, ctx_table_load, insertions_only, .timeout = 3600)
{
    struct loading load = {0};
    rng_init(&load.rng, 1, "test_ctx_table_load");
    cr_assert(ctx_table_init(&load.table, row->entries, 2 * row->entries));
    while (insert_one(&load, row->entries))
        ;
    load.reached = load.table.used;
    if (getenv("CTX_CACHE_VERBOSE"))
        print_load(row, &load);
    cr_assert_geq((uint64_t)load.reached * 100, (uint64_t)row->entries * row->full_percent);
    /* Rows and fingerprint are 30 bits with 131,072 entries and 17 with 16 entries, so a pair of n keys
     * clashes with a probability of n * n / 2^31. Ten times as many would be a bad fingerprint. */
    cr_assert_leq(load.clashes, 80);
    if (row->entries > 65536) {
        cr_assert_gt(load.first_wait, row->entries / 2,
                     "half full, all contexts: nobody ever waits");
        cr_assert_lt(load.longest_chain, 64, "no chain below 90 %% is given up");
    }
    ctx_table_free(&load.table);
}
