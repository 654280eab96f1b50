/* Tests the reading of files of every format, also damaged ones. */
#include "models/trace/capture/capture.h"
#include "models/trace/capture/capture_access.h"
#include "models/trace/test/capture_bytes.h"
#include "models/trace/test/capture_writer.h"
#include "models/wire/packet.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { ACK = TCP_ACK, PSH_ACK = TCP_PSH | TCP_ACK };

static void write_conversation(struct capture_writer *writer)
{
    capture_writer_handshake(writer);
    capture_writer_tcp(writer, false, 1001, 5001, PSH_ACK, "request", 7);
    capture_writer_tcp(writer, true, 5001, 1008, PSH_ACK, "response", 8);
    capture_writer_fins(writer, 7, 8);
    capture_writer_close(writer);
}

static struct capture *load(const char *path, struct error *err)
{
    struct capture_params params;
    capture_params_default(&params);
    *err = (struct error){0};
    return capture_load(path, &params, err);
}

struct format {
    char name[48];
    bool big_endian, nanoseconds;
    uint32_t link;
    uint8_t ip_version;
};

ParameterizedTestParameters(capture_file, reads_every_format)
{
    static struct format rows[] = {
        {"little endian, microseconds", false, false, 1, 4},
        {"little endian, nanoseconds", false, true, 1, 4},
        {"big endian, microseconds", true, false, 1, 4},
        {"big endian, nanoseconds", true, true, 1, 4},
        {"IPv6", false, false, 1, 6},
        {"raw IP", false, false, 101, 4},
        {"raw IP, IPv6", false, false, 101, 6},
        {"Linux cooked", false, false, 113, 4},
    };
    return cr_make_param_array(struct format, rows, sizeof rows / sizeof *rows);
}

ParameterizedTest(struct format *row, capture_file, reads_every_format)
{
    struct capture_writer writer;
    struct error err;
    capture_writer_open(&writer, row->big_endian, row->nanoseconds, row->link);
    writer.ip_version = row->ip_version;
    write_conversation(&writer);
    struct capture *capture = load(writer.path, &err);
    cr_assert_not_null(capture, "%s: %s", row->name, err.text);
    cr_assert_eq(capture_conversation_count(capture), 1, "%s", row->name);
    const struct conversation *conv = capture_conversation(capture, 0);
    cr_assert_eq(conv->partial, PARTIAL_NONE, "%s: %s", row->name, outcome_key(conv->partial));
    cr_assert_eq(conv->client_bytes, 7);
    cr_assert_eq(memcmp(capture_bytes(capture, conv, CAPTURE_SERVER), "response", 8), 0);
    cr_assert_eq(conv->client_mac[0] & 1, 0);
    cr_assert_eq(capture_segments(capture, conv)[1].time_ps, UINT64_C(2000000000), "%s", row->name);
    capture_destroy(capture);
    capture_writer_remove(&writer);
}

/* Copies a file through gzip, and writes at most `limit` bytes of the result. */
static void compress_to(const char *from, const char *to, long limit)
{
    char bytes[4096];
    FILE *in = fopen(from, "rb");
    size_t len = fread(bytes, 1, sizeof bytes, in);
    fclose(in);
    gzFile out = gzopen(to, "wb");
    gzwrite(out, bytes, (unsigned)len);
    gzclose(out);
    if (limit)
        cr_assert_eq(truncate(to, limit), 0);
}

Test(capture_file, reads_gzip)
{
    struct capture_writer writer;
    struct error err;
    char path[80];
    capture_writer_open(&writer, false, false, 1);
    write_conversation(&writer);
    snprintf(path, sizeof path, "%s.gz", writer.path);
    compress_to(writer.path, path, 0);
    struct capture *capture = load(path, &err);
    cr_assert_not_null(capture, "%s", err.text);
    cr_assert_eq(capture_get_stats(capture)->damaged_record, 0);
    cr_assert_eq(capture_get_stats(capture)->tcp_segments, 8);
    capture_destroy(capture);
    remove(path);
    capture_writer_remove(&writer);
}

Test(capture_file, a_gzip_file_cut_short_is_damaged)
{
    struct capture_writer writer;
    struct error err;
    char path[80];
    capture_writer_open(&writer, false, false, 1);
    write_conversation(&writer);
    snprintf(path, sizeof path, "%s.gz", writer.path);
    compress_to(writer.path, path, 150);
    struct capture *capture = load(path, &err);
    cr_assert_not_null(capture, "%s", err.text);
    cr_assert_neq(capture_get_stats(capture)->damaged_record, 0);
    capture_destroy(capture);
    remove(path);
    capture_writer_remove(&writer);
}

Test(capture_file, a_record_cut_short_keeps_what_is_before_it)
{
    struct capture_writer writer;
    struct error err;
    capture_writer_open(&writer, false, false, 1);
    write_conversation(&writer);
    cr_assert_eq(truncate(writer.path, 24 + 7 * 16 + 2 * 54 + 20), 0);
    struct capture *capture = load(writer.path, &err);
    cr_assert_not_null(capture, "%s", err.text);
    const struct capture_stats *stats = capture_get_stats(capture);
    cr_assert_eq(stats->damaged_record, stats->records + 1);
    cr_assert_gt(stats->records, 0);
    cr_assert_neq(stats->damage[0], 0);
    capture_destroy(capture);
    capture_writer_remove(&writer);
}

Test(capture_file, a_record_length_without_bound_allocates_nothing)
{
    struct capture_writer writer;
    struct error err;
    capture_writer_open(&writer, false, false, 1);
    capture_writer_handshake(&writer);
    const uint32_t header[4] = {1, 0, 0xeeeeeeee, 0xeeeeeeee};
    fwrite(header, sizeof header, 1, writer.stream);
    capture_writer_close(&writer);
    struct capture *capture = load(writer.path, &err);
    cr_assert_not_null(capture, "%s", err.text);
    cr_assert_eq(capture_get_stats(capture)->records, 3);
    cr_assert_eq(capture_get_stats(capture)->damaged_record, 4);
    capture_destroy(capture);
    capture_writer_remove(&writer);
}

Test(capture_file, a_missing_file_is_named)
{
    struct error err;
    cr_assert_null(load("/nonexistent/x.pcap", &err));
    cr_assert_eq(err.status, STATUS_BAD_INPUT);
    cr_assert_not_null(strstr(err.text, "/nonexistent/x.pcap"));
}

Test(capture_file, text_is_no_capture)
{
    struct error err;
    cr_assert_null(load(__FILE__, &err));
    cr_assert_eq(err.status, STATUS_BAD_INPUT);
    cr_assert_not_null(strstr(err.text, "not a capture"));
}

Test(capture_file, an_unknown_link_type_is_named)
{
    struct capture_writer writer;
    struct error err;
    capture_writer_open(&writer, false, false, 105);
    capture_writer_close(&writer);
    cr_assert_null(load(writer.path, &err));
    cr_assert_eq(err.status, STATUS_BAD_INPUT);
    cr_assert_not_null(strstr(err.text, "IEEE802_11"), "%s", err.text);
    capture_writer_remove(&writer);
}

Test(capture_file, a_fraction_past_one_second_is_carried)
{
    struct capture_writer writer;
    struct error err;
    capture_writer_open(&writer, false, true, 1);
    writer.time_ns = 999999999;
    writer.step_ns = 0;
    capture_writer_tcp(&writer, false, 1000, 0, TCP_SYN, NULL, 0);
    uint8_t frame[64] = {0};
    const uint32_t header[4] = {0, 1001000000, 60, 60}; /* one second and one millisecond */
    fwrite(header, sizeof header, 1, writer.stream);
    fwrite(frame, 60, 1, writer.stream);
    writer.time_ns = 1002000000;
    capture_writer_tcp(&writer, false, 1000, 0, TCP_SYN, NULL, 0);
    capture_writer_close(&writer);
    struct capture *capture = load(writer.path, &err);
    cr_assert_not_null(capture, "%s", err.text);
    cr_assert_eq(capture_get_stats(capture)->backward_stamps, 0);
    cr_assert_eq(capture_get_stats(capture)->records, 3);
    capture_destroy(capture);
    capture_writer_remove(&writer);
}

Test(capture_file, more_records_than_allowed_are_refused)
{
    struct capture_writer writer;
    struct error err = {0};
    struct capture_params params;
    capture_writer_open(&writer, false, false, 1);
    write_conversation(&writer);
    capture_params_default(&params);
    params.frames_max = 3;
    cr_assert_null(capture_load(writer.path, &params, &err));
    cr_assert_eq(err.status, STATUS_BAD_INPUT);
    capture_writer_remove(&writer);
}
