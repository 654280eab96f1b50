/* Tests sim/equal: what is read from streams.bin, and what counts as a difference. */
#include "models/hwif/nic_desc.h"
#include "models/trace/replay/outcome.h"
#include "sim/equal/equal_compare.h"
#include "sim/equal/stream_record.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const names[EQUAL_RUNS] = {"a", "b", "c"};
static char path[EQUAL_RUNS][64];
static FILE *out[EQUAL_RUNS];
static char *text;

static void put(int run, struct stream_record record, const void *bytes)
{
    cr_assert_eq(fwrite(&record, sizeof record, 1, out[run]), 1);
    if (record.len > 0)
        cr_assert_eq(fwrite(bytes, record.len, 1, out[run]), 1);
}

static void opened(int run, uint32_t connection, uint16_t port)
{
    struct flow_key key = {.ip_version = 4, .rport = port, .raddr = {[12] = 10, 1, 0, 1}};
    put(run, (struct stream_record){connection, STREAM_OPENED, 7, 0, sizeof key}, &key);
}

static void data(int run, enum stream_kind kind, uint64_t offset, const char *bytes)
{
    put(run, (struct stream_record){0, kind, offset, 0, (uint32_t)strlen(bytes)}, bytes);
}

static void ended(int run, uint64_t fin_at, enum nic_term_cause cause, enum outcome outcome)
{
    put(run, (struct stream_record){0, STREAM_FIN, fin_at, 0, 0}, NULL);
    put(run, (struct stream_record){0, STREAM_NOTICE, 0, cause, 0}, NULL);
    put(run, (struct stream_record){0, STREAM_OUTCOME, 3, outcome, 0}, NULL);
}

static void begin(void)
{
    for (int run = 0; run < EQUAL_RUNS; run++) {
        (void)strcpy(path[run], "/tmp/toesim-equal-XXXXXX");
        int fd = mkstemp(path[run]);
        cr_assert_geq(fd, 0);
        out[run] = fdopen(fd, "wb");
        cr_assert_not_null(out[run]);
        opened(run, 0, 1000);
    }
}

static void end(void)
{
    for (int run = 0; run < EQUAL_RUNS; run++)
        (void)unlink(path[run]);
    free(text);
}

TestSuite(equal, .init = begin, .fini = end);

static struct equal_counts compared(bool may_fail)
{
    struct stream_file files[EQUAL_RUNS];
    struct equal_counts counts;
    struct error err;
    size_t size;
    for (int run = 0; run < EQUAL_RUNS; run++) {
        cr_assert_eq(fclose(out[run]), 0);
        cr_assert_eq(stream_file_open(&files[run], path[run], &err), STATUS_OK, "%s", err.text);
    }
    FILE *lines = open_memstream(&text, &size);
    equal_compare(files, names, may_fail, 10, lines, &counts);
    (void)fclose(lines);
    for (int run = 0; run < EQUAL_RUNS; run++)
        stream_file_close(&files[run]);
    return counts;
}

Test(equal, a_stream_is_the_same_in_any_pieces)
{
    data(0, STREAM_TO_CLIENT, 0, "abcdefgh");
    data(1, STREAM_TO_CLIENT, 4, "efgh"); /* before what it follows */
    data(1, STREAM_TO_CLIENT, 0, "abcd");
    data(2, STREAM_TO_CLIENT, 0, "abcde");
    data(2, STREAM_TO_CLIENT, 2, "XYZfgh"); /* bytes 2 to 4 have been received already */
    for (int run = 0; run < EQUAL_RUNS; run++)
        ended(run, 8, NIC_TERM_NONE, OUTCOME_INTACT);
    struct equal_counts counts = compared(false);
    cr_expect_eq(counts.equal, 1, "%s", text);
    cr_expect_eq(counts.different, 0);
}

Test(equal, the_first_byte_that_differs_is_named)
{
    data(0, STREAM_TO_SERVER, 0, "abcdefgh");
    data(1, STREAM_TO_SERVER, 0, "abcd");
    data(1, STREAM_TO_SERVER, 4, "eXgh");
    data(2, STREAM_TO_SERVER, 0, "abcdef"); /* two bytes are missing */
    for (int run = 0; run < EQUAL_RUNS; run++)
        ended(run, 0, NIC_TERM_NONE, OUTCOME_INTACT);
    struct equal_counts counts = compared(false);
    cr_expect_eq(counts.different, 1);
    cr_expect_not_null(strstr(text,
                              "conversation 3 (10.1.0.1:1000): bytes to the server differ from "
                              "byte 5 on: a has 8 bytes, b has 8\n"),
                       "%s", text);
    cr_expect_not_null(strstr(text, "from byte 6 on: a has 8 bytes, c has 6\n"), "%s", text);
}

Test(equal, bytes_behind_a_gap_and_their_fin_have_not_been_received)
{
    for (int run = 0; run < EQUAL_RUNS; run++) {
        data(run, STREAM_TO_CLIENT, 0, "ab");
        data(run, STREAM_TO_CLIENT, run == 2 ? 3 : 2, "cd");
        ended(run, run == 2 ? 5 : 4, NIC_TERM_NONE, OUTCOME_INTACT);
    }
    cr_expect_eq(compared(false).different, 1);
    cr_expect_not_null(strstr(text, "bytes to the client differ from byte 2 on"), "%s", text);
    cr_expect_not_null(strstr(text, "c: server closed in order, client got no end"), "%s", text);
}

Test(equal, hardware_may_fail_only_where_the_scenario_says_so)
{
    for (int run = 0; run < EQUAL_RUNS; run++) {
        data(run, STREAM_TO_CLIENT, 0, run ? "abcd" : "abcdef");
        ended(run, run ? 4 : 6, run ? NIC_TERM_CTX_ERROR : NIC_TERM_NONE,
              run ? OUTCOME_DAMAGED : OUTCOME_INTACT);
        cr_assert_eq(fflush(out[run]), 0);
    }
    cr_expect_eq(compared(true).hardware, 1, "%s", text);
}

Test(equal, hardware_that_cannot_fail_is_a_difference)
{
    for (int run = 0; run < EQUAL_RUNS; run++) {
        data(run, STREAM_TO_CLIENT, 0, "abcd");
        ended(run, 4, run ? NIC_TERM_CTX_ERROR : NIC_TERM_NONE, OUTCOME_INTACT);
    }
    cr_expect_eq(compared(false).different, 1);
}

Test(equal, a_conversation_that_was_cut_is_compared_so_far)
{
    data(0, STREAM_TO_CLIENT, 0, "abcd");
    data(1, STREAM_TO_CLIENT, 0, "abcdef");
    data(2, STREAM_TO_CLIENT, 0, "ab");
    for (int run = 0; run < EQUAL_RUNS; run++)
        put(run, (struct stream_record){0, STREAM_OUTCOME, 3, OUTCOME_UNFINISHED, 0}, NULL);
    struct equal_counts counts = compared(false);
    cr_expect_eq(counts.cut, 1, "%s", text);
    cr_expect_eq(counts.different, 0);
}

Test(equal, a_reset_behind_the_fin_is_no_difference)
{
    for (int run = 0; run < EQUAL_RUNS; run++)
        ended(run, 0, NIC_TERM_NONE, OUTCOME_INTACT);
    put(1, (struct stream_record){0, STREAM_RESET, 0, 0, 0}, NULL);
    cr_expect_eq(compared(false).equal, 1, "%s", text);
}

/* A client that is done does not wait until its last acknowledgment has reached the server. */
Test(equal, a_server_that_still_closes_when_the_run_ends_is_no_difference)
{
    ended(0, 0, NIC_TERM_NONE, OUTCOME_INTACT);
    ended(1, 0, NIC_TERM_NONE, OUTCOME_INTACT);
    put(2, (struct stream_record){0, STREAM_FIN, 0, 0, 0}, NULL);
    put(2, (struct stream_record){0, STREAM_OUTCOME, 3, OUTCOME_INTACT, 0}, NULL);
    cr_assert_eq(compared(false).equal, 1, "%s", text);
}

Test(equal, a_server_that_still_closes_elsewhere_was_not_reset)
{
    ended(0, 0, NIC_TERM_REMOTE_RESET, OUTCOME_INTACT);
    ended(1, 0, NIC_TERM_REMOTE_RESET, OUTCOME_INTACT);
    put(2, (struct stream_record){0, STREAM_FIN, 0, 0, 0}, NULL);
    put(2, (struct stream_record){0, STREAM_OUTCOME, 3, OUTCOME_INTACT, 0}, NULL);
    cr_assert_eq(compared(false).different, 1);
}

Test(equal, a_connection_that_one_run_lacks_is_a_difference)
{
    for (int run = 0; run < 2; run++)
        ended(run, 0, NIC_TERM_NONE, OUTCOME_INTACT);
    cr_expect_eq(compared(false).different, 1);
    cr_expect_not_null(strstr(text, "c: no connection"), "%s", text);
}

Test(equal, a_damaged_file_is_refused)
{
    struct stream_file file;
    struct error err;
    put(0, (struct stream_record){9, STREAM_FIN, 0, 0, 0}, NULL); /* there is no connection 9 */
    data(1, STREAM_TO_SERVER, 0, "abcd");
    for (int run = 0; run < EQUAL_RUNS; run++)
        cr_assert_eq(fclose(out[run]), 0);
    cr_expect_eq(stream_file_open(&file, path[0], &err), STATUS_ENVIRONMENT);
    stream_file_close(&file);
    cr_assert_eq(truncate(path[1], 90), 0);
    cr_expect_eq(stream_file_open(&file, path[1], &err), STATUS_ENVIRONMENT);
    cr_expect_not_null(strstr(err.text, "is damaged"), "%s", err.text);
    stream_file_close(&file);
}
