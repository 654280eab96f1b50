/* Tests models/trace/store/spill.c and models/base/temp_file.c with more bytes than the memory
 * that they may use. */
#include "models/base/rng.h"
#include "models/base/temp_file.h"
#include "models/trace/store/spill.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { PAGES = 64, MEMORY = 4 * SPILL_PAGE_BYTES };

Test(spill, pages_come_back_as_they_were_left)
{
    struct spill *spill = spill_create(MEMORY);
    static uint8_t wanted[PAGES];
    struct rng rng;
    rng_init(&rng, 1, "spill");
    for (int i = 0; i < 20000; i++) {
        unsigned page = (unsigned)(rng_u64(&rng) % PAGES);
        bool write = rng_u64(&rng) % 2;
        uint8_t *bytes = spill_page(spill, page, write);
        cr_assert_not_null(bytes);
        cr_assert_eq(bytes[0], wanted[page]);
        cr_assert_eq(bytes[SPILL_PAGE_BYTES - 1], wanted[page]);
        if (write) {
            wanted[page] = (uint8_t)rng_u64(&rng);
            bytes[0] = bytes[SPILL_PAGE_BYTES - 1] = wanted[page];
        }
    }
    spill_destroy(spill);
}

Test(spill, appended_bytes_are_read_across_pages)
{
    enum { PIECE = 1000, PIECES = 200 };
    struct spill *spill = spill_create(MEMORY);
    uint8_t piece[PIECE], found[3 * PIECE];
    uint64_t offset;
    for (unsigned i = 0; i < PIECES; i++) {
        memset(piece, (int)i, sizeof piece);
        cr_assert(spill_append(spill, piece, sizeof piece, &offset));
        cr_assert_eq(offset, i * PIECE);
    }
    cr_assert_eq(spill_bytes(spill), PIECE * PIECES);
    for (unsigned i = 0; i + 3 <= PIECES; i++) {
        cr_assert(spill_read(spill, i * PIECE, found, sizeof found));
        for (unsigned k = 0; k < sizeof found; k++)
            cr_assert_eq(found[k], (uint8_t)(i + k / PIECE));
    }
    spill_destroy(spill);
}

/* For a writer a full disk and a limit of the file size are the same. */
Test(spill, a_full_disk_is_an_error_that_names_the_folder_and_the_cure)
{
    struct rlimit limit = {8 * SPILL_PAGE_BYTES, 8 * SPILL_PAGE_BYTES};
    struct error err = {0};
    struct spill *spill = spill_create(MEMORY);
    signal(SIGXFSZ, SIG_IGN);
    setenv("TMPDIR", "/var/tmp", 1);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    bool ok = true;
    for (unsigned page = 0; ok && page < PAGES; page++)
        ok = spill_page(spill, page, true) != NULL;
    cr_assert(!ok);
    cr_assert_eq(spill_trouble(spill, &err), STATUS_ENVIRONMENT);
    cr_assert(strstr(err.text, "/var/tmp") && strstr(err.text, "TMPDIR"), "%s", err.text);
    spill_destroy(spill);
}

Test(spill, a_folder_that_is_not_there_is_an_error)
{
    struct error err = {0};
    setenv("TMPDIR", "/nowhere/at/all", 1);
    cr_assert_eq(temp_file_open(&err), -1);
    cr_assert_eq(err.status, STATUS_ENVIRONMENT);
    cr_assert(strstr(err.text, "/nowhere/at/all"), "%s", err.text);
}
