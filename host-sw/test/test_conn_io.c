/* host-sw/team/conn_io.c: the application's side of the rings. */
#include "host-sw/test/team_bed.h"

#include <criterion/criterion.h>

static struct bed bed;

static void setup(void)
{
    bed_init(&bed);
    bed_start(&bed);
    bed_open(&bed);
}

static void teardown(void) { bed_end(&bed); }

TestSuite(conn_io, .init = setup, .fini = teardown);

/* So many bytes of the stream have arrived; the application reads them at once. */
static uint64_t discarded_after(uint32_t rcv)
{
    bed_applied(&bed, 0, bed.fake->next_frame_id++, bed.gen, NIC_RECORD_ESTABLISHED, rcv, 0);
    cr_assert_eq(bed.read_count, rcv);
    return bed.fake->discarded_bytes;
}

Test(conn_io, pages_that_were_read_take_no_memory)
{
    uint32_t at = (bed.irs + 1) % BUS_PAGE_BYTES; /* of the first byte in its page */
    cr_assert_eq(discarded_after(BUS_PAGE_BYTES - at - 1), 0, "one byte of the page is to come");
    cr_assert_eq(discarded_after(BUS_PAGE_BYTES - at), BUS_PAGE_BYTES);
    cr_assert_eq(discarded_after(BUS_PAGE_BYTES - at + 1), BUS_PAGE_BYTES);
    uint32_t round = BUS_PAGE_BYTES - at + BED_RING_BYTES; /* over the end of the ring */
    cr_assert_eq(discarded_after(round), BUS_PAGE_BYTES + BED_RING_BYTES);
}
