/* Tests pcapng blocks in every byte order, with every resolution of time, and with damage. */
#include "models/base/rng.h"
#include "models/trace/capture/pcapng.h"
#include "models/trace/capture/test/pcapng_writer.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

enum { FUZZ_INPUTS = 20000, MUTATIONS_MAX = 8 };
#define NS UINT64_C(1000000000)

static struct pcapng_writer w;
static struct pcapng *file;
static struct pcapng_packet packet;

static void begin(void) { w = (struct pcapng_writer){0}; }

static void end(void)
{
    pcapng_close(file);
    file = NULL;
}

static enum pcapng_state next(void)
{
    if (!file)
        file = pcapng_open(pcapng_writer_read, &w);
    return pcapng_next(file, &packet);
}

TestSuite(pcapng, .init = begin, .fini = end);

static void write_all_kinds(void)
{
    pcapng_put_section(&w);
    pcapng_put_interface(&w, 1, 100, "eth0", 6, 0);
    pcapng_put_interface(&w, 113, 0, "any", 9, 10);
    pcapng_put_packet(&w, 1, 5 * NS + 7, "enhanced", 8, 9);
    pcapng_block_begin(&w, 0x0bad); /* a block type that no reader knows */
    pcapng_put32(&w, 1);
    pcapng_block_end(&w);
    pcapng_put_old_packet(&w, 0, 3000001, "old", 3, 3);
    pcapng_put_simple_packet(&w, "simple", 6, 6);
    pcapng_put_section(&w);
    pcapng_put_interface(&w, 101, 0, NULL, 6, 0);
    pcapng_put_packet(&w, 0, 1, "second", 6, 6);
}

static void read_all_kinds(void)
{
    cr_assert_eq(next(), PCAPNG_PACKET, "%s", pcapng_damage(file));
    cr_assert(packet.interface == 1 && packet.time_ns == 15 * NS + 7 && packet.captured == 8 &&
              packet.length == 9);
    cr_assert_eq(memcmp(packet.bytes, "enhanced", 8), 0);
    cr_assert_eq(next(), PCAPNG_PACKET);
    cr_assert(packet.interface == 0 && packet.time_ns == 3 * NS + 1000 && packet.captured == 3);
    cr_assert_eq(next(), PCAPNG_PACKET);
    cr_assert(packet.interface == 0 && packet.time_ns == 3 * NS + 1000 && packet.length == 6);
    cr_assert_eq(memcmp(packet.bytes, "simple", 6), 0);
    cr_assert_eq(next(), PCAPNG_PACKET);
    cr_assert_eq(packet.interface, 2, "interfaces are numbered over all sections");
    cr_assert_eq(pcapng_interface(file, 2)->link, 101);
    cr_assert_str_eq(pcapng_interface(file, 0)->name, "eth0");
    cr_assert_eq(next(), PCAPNG_END);
}

Test(pcapng, reads_every_kind_of_packet)
{
    write_all_kinds();
    read_all_kinds();
}

Test(pcapng, reads_the_other_byte_order)
{
    w.swapped = true;
    write_all_kinds();
    read_all_kinds();
}

Test(pcapng, sections_may_differ_in_byte_order)
{
    write_all_kinds();
    w.swapped = true;
    pcapng_put_section(&w);
    pcapng_put_interface(&w, 1, 0, "last", 6, 0);
    pcapng_put_packet(&w, 0, 2, "third", 5, 5);
    for (int i = 0; i < 5; i++)
        cr_assert_eq(next(), PCAPNG_PACKET);
    cr_assert_eq(packet.time_ns, 2000);
    cr_assert_str_eq(pcapng_interface(file, packet.interface)->name, "last");
}

Test(pcapng, a_simple_packet_is_cut_by_the_snap_length)
{
    pcapng_put_section(&w);
    pcapng_put_interface(&w, 1, 4, NULL, 6, 0);
    pcapng_put_simple_packet(&w, "abcd", 4, 1000);
    cr_assert_eq(next(), PCAPNG_PACKET);
    cr_assert(packet.captured == 4 && packet.length == 1000);
}

struct stamp_row {
    char name[32];
    uint8_t resolution;
    int64_t offset;
    uint64_t stamp, ns;
};

ParameterizedTestParameters(pcapng, clocks)
{
    static struct stamp_row rows[] = {
        {"seconds", 0, 0, 7, 7 * NS},
        {"microseconds", 6, 0, 1500000, 1500000000},
        {"nanoseconds", 9, 0, 12, 12},
        {"picoseconds", 12, 0, 12999, 12},
        {"finest power of 10", 127, 0, UINT64_MAX, 0},
        {"half seconds", 0x81, 0, 3, 1500000000},
        {"2^-32", 0xa0, 0, UINT64_C(1) << 31, 500000000},
        {"2^-64", 0xc0, 0, UINT64_C(1) << 63, 500000000},
        {"finest power of 2", 0xff, 0, UINT64_MAX, 0},
        {"offset", 6, 5, 1000000, 6 * NS},
        {"offset back", 6, -1, 3000000, 2 * NS},
        {"back before 1970", 6, INT64_MIN, 3000000, 0},
        {"past 2242", 0, INT64_MAX, UINT64_MAX, UINT64_C(0x1ffffffff) * NS},
    };
    return cr_make_param_array(struct stamp_row, rows, sizeof rows / sizeof *rows);
}

ParameterizedTest(struct stamp_row *row, pcapng, clocks)
{
    struct pcapng_interface interface = {.resolution = row->resolution,
                                         .offset_seconds = row->offset};
    cr_assert_eq(pcapng_time_ns(&interface, row->stamp), row->ns, "%s: %llu", row->name,
                 (unsigned long long)pcapng_time_ns(&interface, row->stamp));
}

static void expect_damage(const char *words)
{
    enum pcapng_state state;
    while ((state = next()) == PCAPNG_PACKET)
        ;
    cr_assert_eq(state, PCAPNG_DAMAGED);
    cr_assert_not_null(strstr(pcapng_damage(file), words), "%s", pcapng_damage(file));
    cr_assert_eq(next(), PCAPNG_DAMAGED, "nothing more can be read");
}

Test(pcapng, the_end_within_a_block_is_damage)
{
    write_all_kinds();
    w.len -= 5;
    expect_damage("ends within");
}

Test(pcapng, a_packet_longer_than_its_block_is_damage)
{
    pcapng_put_section(&w);
    pcapng_put_interface(&w, 1, 0, NULL, 6, 0);
    size_t at = w.len;
    pcapng_put_packet(&w, 0, 0, "abcd", 4, 4);
    w.bytes[at + 20] = 5; /* the captured length of the packet */
    expect_damage("longer than its block");
}

Test(pcapng, an_interface_nobody_described_is_damage)
{
    pcapng_put_section(&w);
    pcapng_put_interface(&w, 1, 0, NULL, 6, 0);
    pcapng_put_section(&w);
    /* The interface of the first section is no longer valid. */
    pcapng_put_packet(&w, 0, 0, "abcd", 4, 4);
    expect_damage("not described");
}

Test(pcapng, lengths_that_differ_are_damage)
{
    pcapng_put_section(&w);
    w.bytes[w.len - 4] ^= 4;
    expect_damage("differ");
}

Test(pcapng, options_end_at_one_that_does_not_fit)
{
    pcapng_put_section(&w);
    pcapng_block_begin(&w, 1);
    pcapng_put32(&w, 1);
    pcapng_put32(&w, 0);
    pcapng_put16(&w, 2);
    pcapng_put16(&w, 60000);
    pcapng_block_end(&w);
    pcapng_put_packet(&w, 0, 0, "abcd", 4, 4);
    cr_assert_eq(next(), PCAPNG_PACKET);
    cr_assert_str_empty(pcapng_interface(file, 0)->name);
}

/* The reading of a damaged file comes to an end, and every packet lies within its block. */
Test(pcapng, any_bytes_are_read_to_an_end)
{
    struct rng rng;
    rng_init(&rng, 1, "pcapng");
    write_all_kinds();
    const struct pcapng_writer sound = w;
    for (int i = 0; i < FUZZ_INPUTS; i++) {
        w = sound;
        for (uint64_t k = 1 + rng_below(&rng, MUTATIONS_MAX); k > 0; k--)
            w.bytes[rng_below(&rng, w.len)] = (uint8_t)rng_u64(&rng);
        unsigned packets = 0;
        while (next() == PCAPNG_PACKET) {
            cr_assert(packet.captured <= packet.length && packet.captured < w.len);
            cr_assert_lt(packet.interface, pcapng_interface_count(file));
            cr_assert_lt(++packets, 100);
        }
        end();
    }
}

Test(pcapng, a_block_of_type_0_is_only_one_more_unknown_block)
{
    pcapng_put_section(&w);
    pcapng_put_interface(&w, 1, 0, NULL, 6, 0);
    pcapng_block_begin(&w, 0);
    pcapng_block_end(&w);
    pcapng_put_packet(&w, 0, 0, "abcd", 4, 4);
    cr_assert_eq(next(), PCAPNG_PACKET);
    cr_assert_eq(next(), PCAPNG_END);
}
