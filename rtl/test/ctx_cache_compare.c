#include "rtl/test/ctx_cache_compare.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

void compare_answer(const struct ctx_req *req, const struct ctx_rsp *rtl,
                    const struct ctx_rsp *golden)
{
    char what[160];
    snprintf(what, sizeof what, "request %llu: op %u who %u conn %u gen %u",
             (unsigned long long)req->tag, req->op, req->who, req->conn, req->gen);
    cr_assert_eq(rtl->tag, golden->tag, "%s: tag", what);
    cr_assert_eq(rtl->op, golden->op, "%s: op", what);
    cr_assert_eq(rtl->who, golden->who, "%s: who", what);
    cr_assert_eq(rtl->result, golden->result, "%s: result %u, golden %u", what, rtl->result,
                 golden->result);
    cr_assert_eq(rtl->place, golden->place, "%s: place %u, golden %u", what, rtl->place,
                 golden->place);
    cr_assert_eq(rtl->conn, golden->conn, "%s: conn %u, golden %u", what, rtl->conn, golden->conn);
    cr_assert_eq(rtl->gen, golden->gen, "%s: gen %u, golden %u", what, rtl->gen, golden->gen);
    cr_assert_eq(rtl->next, golden->next, "%s: next %u, golden %u", what, rtl->next, golden->next);
    cr_assert_eq(rtl->image != NULL, golden->image != NULL, "%s: image", what);
    if (rtl->image)
        cr_assert_eq(memcmp(rtl->image, golden->image, CTX_BYTES), 0, "%s: image differs", what);
}

void compare_stats(const struct ctx_store_stats *rtl, const struct ctx_store_stats *golden)
{
    cr_assert_eq(rtl->hits, golden->hits);
    cr_assert_eq(rtl->misses, golden->misses);
    cr_assert_eq(rtl->evictions, golden->evictions);
    cr_assert_eq(rtl->writebacks, golden->writebacks);
    cr_assert_eq(rtl->extracts, golden->extracts);
    cr_assert_eq(rtl->freezes_cold, golden->freezes_cold);
    cr_assert_eq(rtl->installs, golden->installs);
    cr_assert_eq(rtl->reserves, golden->reserves);
    cr_assert_eq(rtl->clashes, golden->clashes);
    cr_assert_eq(rtl->releases, golden->releases);
    cr_assert_eq(rtl->removes, golden->removes);
    cr_assert_eq(rtl->freezes, golden->freezes);
    cr_assert_eq(rtl->flips, golden->flips);
    cr_assert_eq(rtl->flips_missed, golden->flips_missed);
    cr_assert_eq(rtl->bad_reads, golden->bad_reads);
    cr_assert_eq(rtl->bad_victims, golden->bad_victims);
    /* The RTL finds a bad tag only when a request reads it, and never if the way was written
     * before. */
    cr_assert_leq(rtl->tag_errors, golden->tag_errors);
}

enum { META_BITS = 21 }; /* of a meta line; the boot number follows */

void compare_dram(const struct ctx_cache_dut *dut, const struct ctx_core *golden)
{
    static const uint8_t zero[CTX_BYTES + CTX_LINE_BYTES];
    for (uint32_t conn = 0; conn < golden->conn_ids; conn++) {
        const struct ctx_dram *mine = golden->dram[conn];
        const uint8_t *rtl = ctx_cache_dut_dram(dut, conn);
        if (!mine && !rtl)
            continue;
        if (!rtl)
            rtl = zero;
        uint64_t words;
        memcpy(&words, rtl + CTX_LINE_BYTES, sizeof words);
        /* A meta line is valid only if this start of the cache has written it. Its boot number
         * shows that. */
        bool current = (uint32_t)(words >> META_BITS) == ctx_cache_dut_boot(dut);
        uint32_t rtl_meta = current ? (uint32_t)words & ((1u << META_BITS) - 1) : 0;
        uint32_t meta = mine ? mine->gen | (uint32_t)mine->known << 16 |
                                   (uint32_t)mine->present << 17 | (uint32_t)mine->reserved << 18 |
                                   (uint32_t)mine->frozen << 19 | (uint32_t)mine->out << 20
                             : 0;
        cr_assert_eq(rtl_meta, meta, "meta of %u: %x, golden %x", conn, rtl_meta, meta);
        if (!mine || !mine->present)
            continue;
        const uint8_t *image = mine->image;
        cr_assert_eq(memcmp(rtl, image + CTX_CONST_LINE * CTX_LINE_BYTES, CTX_LINE_BYTES), 0);
        if (mine->out) /* the lines in DRAM may never have been written */
            continue;
        cr_assert_eq(memcmp(rtl + 2 * CTX_LINE_BYTES, image, CTX_CONST_LINE * CTX_LINE_BYTES), 0,
                     "lines of %u in DRAM", conn);
    }
}

void compare_sets(const struct ctx_cache_dut *dut, uint32_t sets)
{
    const struct ctx_set_stats *set = ctx_cache_dut_set_stats(dut);
    const struct ctx_store_stats *all = ctx_cache_dut_stats(dut);
    struct ctx_set_stats sum = {0};
    for (uint32_t i = 0; i < sets; i++) {
        sum.hits += set[i].hits;
        sum.misses += set[i].misses;
        sum.evictions += set[i].evictions;
    }
    cr_assert_eq(sum.hits, all->hits);
    cr_assert_eq(sum.misses, all->misses);
    cr_assert_eq(sum.evictions, all->evictions);
}
