/* Tests host-sw/dispatch/conn_io.c, the application's side of the rings. */
#include "host-sw/server/server.h"
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

/* Lets this many bytes of the stream arrive, which the application reads at once. Returns the
 * number of discarded bytes. */
static uint64_t discarded_after(uint32_t rcv)
{
    bed_applied(&bed, 0, bed.fake->next_frame_id++, bed.gen, NIC_RECORD_ESTABLISHED, rcv, 0);
    cr_assert_eq(bed.read_count, rcv);
    return bed.fake->discarded_bytes;
}

Test(conn_io, pages_that_were_read_take_no_memory)
{
    uint32_t at = (bed.irs + 1) % BUS_PAGE_BYTES; /* the position of the first byte in its page */
    /* The first page that was not announced to the NIC begins here. */
    uint32_t page = BUS_PAGE_BYTES - at;
    cr_assert_eq(discarded_after(page), 0, "the NIC was told of this one's beginning");
    cr_assert_eq(discarded_after(page + BUS_PAGE_BYTES + 1), BUS_PAGE_BYTES);
}

Test(conn_io, a_page_with_a_byte_to_come_stays)
{
    uint32_t page = BUS_PAGE_BYTES - (bed.irs + 1) % BUS_PAGE_BYTES;
    cr_assert_eq(discarded_after(page + BUS_PAGE_BYTES - 1), 0);
}

Test(conn_io, the_pages_of_one_long_read_go_over_the_end_of_the_ring)
{
    uint32_t page = BUS_PAGE_BYTES - (bed.irs + 1) % BUS_PAGE_BYTES;
    cr_assert_eq(discarded_after(page + 1), 0);
    cr_assert_eq(discarded_after(page + BED_RING_BYTES), BED_RING_BYTES);
}

/* The announced window reaches one ring length further. So newer bytes may fill the read part of
 * such a page before the rest of the page is read. */
Test(conn_io, a_page_stays_whose_beginning_the_nic_was_told_of)
{
    uint32_t page = BUS_PAGE_BYTES - (bed.irs + 1) % BUS_PAGE_BYTES;
    /* More than a quarter of the ring, so the position is announced. */
    uint64_t before = discarded_after(page + BUS_PAGE_BYTES + 100);
    cr_assert_eq(bed.sw->dir.entries[bed.conn].rung_rx, bed.irs + 1 + page + BUS_PAGE_BYTES + 100);
    cr_assert_eq(discarded_after(page + 2 * BUS_PAGE_BYTES), before);
}

static struct nic_options options_of(const struct nic_cmd *cmd)
{
    struct nic_options options;
    nic_options_of_cmd(cmd, &options);
    return options;
}

Test(conn_io, options_go_to_the_owner)
{
    struct app_accept options = {.nodelay = true,
                                 .cork = true,
                                 .dscp = 46,
                                 .mss = 700,
                                 .user_timeout_ms = 1501,
                                 .keepalive_idle = 30};
    host_conn_set(bed.sw, bed.conn, &options);
    fake_run(bed.fake, 8);
    const struct nic_cmd *cmd = fake_expect(bed.fake, 0, NIC_CMD_SET);
    cr_assert(cmd->gen == bed.gen && cmd->conn == bed.conn);
    struct nic_options o = options_of(cmd);
    cr_assert_eq(o.flags, NIC_OPTION_NODELAY | NIC_OPTION_CORK);
    cr_assert(o.tos == 46 << 2 && o.mss == 700 && o.keepalive_idle == 30);
    cr_assert_eq(o.user_timeout, 16, "100 ms are begun");
    fake_complete(bed.fake, 0, cmd, NIC_RESULT_OK);
    fake_run(bed.fake, 8);
    cr_assert_null(fake_take(bed.fake, 0), "once");
}

Test(conn_io, options_set_during_a_move_go_to_the_new_owner)
{
    const struct nic_cmd *reserve;
    const struct nic_cmd *install = bed_move_to_install(&bed, &reserve);
    struct app_accept options = {.keepalive = true, .keepalive_probes = 3};
    host_conn_set(bed.sw, bed.conn, &options);
    fake_run(bed.fake, 8);
    cr_assert_null(fake_take(bed.fake, 1), "not before it is active");
    fake_complete(bed.fake, 1, reserve, NIC_RESULT_OK);
    fake_complete(bed.fake, 1, install, NIC_RESULT_OK);
    fake_run(bed.fake, 8);
    const struct nic_cmd *cmd = fake_expect(bed.fake, 1, NIC_CMD_SET);
    cr_assert_eq(cmd->gen, bed.gen + 1);
    cr_assert(options_of(cmd).flags == NIC_OPTION_KEEPALIVE &&
              options_of(cmd).keepalive_probes == 3);
}
