/* Compares models/trace/store/piece_list.c with an array that has an element for each byte. There are more pieces than
 * may be in memory. */
#include "models/base/rng.h"
#include "models/trace/store/piece_list.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES = 20000, MANY = 200000 };

static uint64_t owner[BYTES]; /* `at` of the piece that holds the byte; 0 means none */

static void check_find(const struct piece_list *list, uint64_t offset)
{
    struct piece piece;
    struct piece_place place;
    uint64_t from = offset;
    while (from < BYTES && owner[from] == 0)
        from++;
    cr_assert(piece_list_find(list, offset, &piece, &place));
    if (from == BYTES) {
        cr_assert(piece.from == UINT64_MAX && piece.to == UINT64_MAX);
        return;
    }
    cr_assert_eq(piece.at, owner[from]);
    cr_assert(piece.from <= from && from < piece.to && (from == offset || piece.from == from));
}

/* Adds a piece in a gap, or cuts, moves or removes the piece at this offset. */
static void do_something(struct piece_list *list, struct rng *rng, uint64_t number)
{
    uint64_t offset = rng_below(rng, BYTES);
    struct piece piece = {offset, offset, number};
    struct piece_place place;
    while (piece.to < BYTES && piece.to < offset + 3 && owner[piece.to] == 0)
        piece.to++;
    if (piece.to > piece.from) {
        cr_assert(piece_list_insert(list, &piece));
    } else {
        cr_assert(piece_list_find(list, offset, &piece, &place));
        memset(owner + piece.from, 0, (piece.to - piece.from) * sizeof *owner);
        if (rng_below(rng, 2) || piece.to - piece.from == 1) {
            cr_assert(piece_list_remove(list, &place));
            return;
        }
        piece.at = number;
        *(rng_below(rng, 2) ? &piece.from : &piece.to) = piece.from + 1;
        cr_assert(piece_list_change(list, &place, &piece));
    }
    for (uint64_t i = piece.from; i < piece.to; i++)
        owner[i] = number;
}

Test(piece_list, pieces_are_where_they_were_put)
{
    struct piece_list list = {0};
    struct rng rng;
    setenv("TOESIM_SPILL_BYTES", "1", 1);
    rng_init(&rng, 1, "pieces");
    for (uint64_t number = 1; number <= MANY; number++) {
        do_something(&list, &rng, number);
        check_find(&list, rng_below(&rng, BYTES));
    }
    for (uint64_t i = 0; i < BYTES; i++)
        check_find(&list, i);
    piece_list_free(&list);
}

/* Fills a list from the front, the back or the middle, empties it, and fills it again. The index must stay small,
 * because the blocks are used again. */
Test(piece_list, the_index_stays_small)
{
    setenv("TOESIM_SPILL_BYTES", "1", 1);
    for (int order = 0; order < 3; order++) {
        struct piece_list list = {0};
        uint64_t index_bytes = 0;
        for (int round = 0; round < 3; round++) {
            struct piece piece;
            struct piece_place place;
            for (uint64_t i = 0; i < MANY; i++) {
                uint64_t back = MANY - 1 - i, middle = i % 2 ? i / 2 : MANY - 1 - i / 2;
                uint64_t at = order == 0 ? i : order == 1 ? back : middle;
                cr_assert(piece_list_insert(&list, &(struct piece){2 * at, 2 * at + 1, at}));
            }
            cr_assert_eq(list.count, MANY);
            cr_assert_leq(piece_list_index_bytes(&list), MANY / 8);
            cr_assert(round == 0 || piece_list_index_bytes(&list) == index_bytes);
            index_bytes = piece_list_index_bytes(&list);
            for (uint64_t i = 0; i < MANY; i++) {
                cr_assert(piece_list_find(&list, 0, &piece, &place));
                cr_assert_eq(piece.at, i);
                cr_assert(piece_list_remove(&list, &place));
            }
        }
        piece_list_free(&list);
    }
}
