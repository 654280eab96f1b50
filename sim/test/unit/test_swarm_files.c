/* Tests sim/swarm/swarm_files.c: results folders that differ, and files that are incomplete. The
 * formats are those of libpcap's pcap-savefile(5) and the pcapng draft, section 4.1. */
#include "sim/swarm/swarm_files.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char base[64], a[80], b[80], name[64];

static void begin(void)
{
    (void)strcpy(base, "/tmp/toesim-swarm-XXXXXX");
    cr_assert_not_null(mkdtemp(base));
    (void)snprintf(a, sizeof a, "%s/a", base);
    (void)snprintf(b, sizeof b, "%s/b", base);
    cr_assert_eq(mkdir(a, 0777), 0);
    cr_assert_eq(mkdir(b, 0777), 0);
}

static void end(void)
{
    char command[96];
    (void)snprintf(command, sizeof command, "rm -rf %s", base);
    cr_assert_eq(system(command), 0);
}

TestSuite(swarm_files, .init = begin, .fini = end);

static void put(const char *folder, const char *file, const void *bytes, size_t len)
{
    char path[160];
    (void)snprintf(path, sizeof path, "%s/%s", folder, file);
    FILE *stream = fopen(path, "wb");
    cr_assert_not_null(stream);
    cr_assert_eq(fwrite(bytes, 1, len, stream), len);
    cr_assert_eq(fclose(stream), 0);
}

static void put_text(const char *folder, const char *file, const char *text)
{
    put(folder, file, text, strlen(text));
}

Test(swarm_files, folders_with_the_same_bytes_are_equal)
{
    put_text(a, "stats.json", "{}\n");
    put_text(b, "stats.json", "{}\n");
    put_text(a, "perf.json", "1\n");
    put_text(b, "perf.json", "2\n");
    put_text(a, "run.json", "1\n");
    put_text(b, "run.json", "2\n");
    cr_expect(swarm_folders_equal(a, b, name, sizeof name));
}

Test(swarm_files, another_byte_is_found)
{
    put_text(a, "moves.csv", "1,2\n");
    put_text(b, "moves.csv", "1,3\n");
    cr_expect_not(swarm_folders_equal(a, b, name, sizeof name));
    cr_expect_str_eq(name, "moves.csv");
}

Test(swarm_files, a_longer_file_is_found)
{
    put_text(a, "moves.csv", "1\n");
    put_text(b, "moves.csv", "1\n2\n");
    cr_expect_not(swarm_folders_equal(a, b, name, sizeof name));
}

Test(swarm_files, a_file_that_one_folder_lacks_is_found)
{
    put_text(a, "stats.json", "{}\n");
    put_text(b, "stats.json", "{}\n");
    put_text(b, "violation.txt", "I-OWN\n");
    cr_expect_not(swarm_folders_equal(a, b, name, sizeof name));
    cr_expect_str_eq(name, "violation.txt");
}

Test(swarm_files, a_missing_folder_is_neither_equal_nor_whole)
{
    cr_assert_eq(rmdir(b), 0);
    cr_expect_not(swarm_folders_equal(a, b, name, sizeof name));
    cr_expect_not(swarm_folder_is_complete(b, name, sizeof name));
}

/* A file header with one record of 2 bytes, and a section header block. */
static const unsigned char pcap[24 + 16 + 2] = {0x4d, 0x3c, 0xb2, 0xa1, [32] = 2, [36] = 2};
static const unsigned char pcapng[28] = {0x0a, 0x0d, 0x0d, 0x0a, 28,   0,        0,
                                         0,    0x4d, 0x3c, 0x2b, 0x1a, [24] = 28};

/* The line "[]", packed by gzip. */
static const unsigned char gz[23] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00,
                                     0x02, 0x03, 0x8b, 0x8e, 0xe5, 0x02, 0x00, 0x44,
                                     0xd2, 0x68, 0x70, 0x03, 0x00, 0x00, 0x00};

Test(swarm_files, whole_files_are_whole)
{
    put(a, "nic0.pcap", pcap, sizeof pcap);
    put(a, "team.pcapng", pcapng, sizeof pcapng);
    put_text(a, "stats.json", "{\"a\": 1}\n");
    put_text(a, "moves.csv", "conn,nic\n");
    put(a, "timeline.json.gz", gz, sizeof gz);
    put_text(a, "events.log", ""); /* there was no event */
    cr_expect(swarm_folder_is_complete(a, name, sizeof name), "%s", name);
}

static const struct cut_file {
    const char *file;
    const void *bytes;
    size_t len;
} cut_files[] = {
    {"nic0.pcap", pcap, sizeof pcap - 1},
    {"nic0.pcap", pcap, 24 + 5},
    {"nic0.pcap", pcap, 23},
    {"team.pcapng", pcapng, sizeof pcapng - 1},
    {"team.pcapng", (const unsigned char[8]){0}, 8},
    {"stats.json", "{\"a\": ", 6},
    {"moves.csv", "conn,nic\n1,", 11},
    {"moves.csv", "", 0},
    {"effective.yaml", "traffic: {kind: g", 17},
    {"waves.fst", "\0", 1},
    {"timeline.json.gz", gz, sizeof gz - 1},
    {"timeline.json.gz", gz, 12},
    {"timeline.json.gz", "", 0},
    {"timeline.json.gz", "[]\n", 3},
    {"events.log", "1 ns: a", 7},
};

Test(swarm_files, each_cut_file_is_found)
{
    for (size_t i = 0; i < sizeof cut_files / sizeof cut_files[0]; i++) {
        char path[160];
        put(a, cut_files[i].file, cut_files[i].bytes, cut_files[i].len);
        cr_expect_not(swarm_folder_is_complete(a, name, sizeof name), "row %zu: %s", i,
                      cut_files[i].file);
        (void)snprintf(path, sizeof path, "%s/%s", a, cut_files[i].file);
        cr_assert_eq(unlink(path), 0);
    }
}

Test(swarm_files, a_folder_is_removed_with_its_files)
{
    put_text(a, "stats.json", "{}\n");
    swarm_remove_folder(a);
    cr_expect_eq(access(a, F_OK), -1);
}
