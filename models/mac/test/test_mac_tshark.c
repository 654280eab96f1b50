/* Tests that tshark, which is independent of this project, reads our pause frames, check sequences and tags
 * correctly. */
#include "models/mac/mac_control.h"
#include "models/test/tshark.h"
#include "models/wire/bytes.h"
#include "models/wire/checksum.h"

#include <criterion/criterion.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FRAMES = 6, FCS = 4 };

static const struct {
    uint16_t quanta;
    uint16_t vid; /* 0 means a pause frame */
    bool damaged;
} sent[FRAMES] = {{0xffff, 0, false}, {0, 0, false}, {1000, 0, false},
                  {7, 0, true},       {0, 5, false}, {0, 4094, true}};

static uint32_t build(int i, uint8_t *frame)
{
    static const uint8_t source[6] = {2, 0, 0, 0, 0, 1};
    uint32_t len = MAC_CONTROL_BYTES;
    mac_control_build_pause(frame, source, sent[i].quanta);
    if (sent[i].vid) { /* a tagged frame with an experimental type */
        len = 1518;
        memset(frame, 0x5a, len);
        memcpy(frame, "\2\0\0\0\0\2\2\0\0\0\0\1\x81\0", 14);
        be16_store(frame + 14, sent[i].vid);
        be16_store(frame + 16, 0x88b5);
    }
    uint32_t fcs = checksum_crc32(frame, len) ^ (sent[i].damaged ? 0x100 : 0);
    for (int b = 0; b < FCS; b++) /* the least significant byte first */
        frame[len++] = (uint8_t)(fcs >> 8 * b);
    return len;
}

static void write_file(const char *path)
{
    uint8_t frame[1600];
    pcap_t *pcap = pcap_open_dead(DLT_EN10MB, 65535);
    pcap_dumper_t *dump = pcap_dump_open(pcap, path);
    cr_assert_not_null(dump);
    for (int i = 0; i < FRAMES; i++) {
        uint32_t len = build(i, frame);
        struct pcap_pkthdr header = {.caplen = len, .len = len, .ts = {.tv_sec = i}};
        pcap_dump((u_char *)dump, &header, frame);
    }
    pcap_dump_close(dump);
    pcap_close(pcap);
}

/* Gets one line per frame, with the opcode, the quanta, the VLAN id and the status of the FCS (1 good, 0 bad). */
static void ask_tshark(const char *path, char lines[FRAMES][TSHARK_LINE_BYTES])
{
    tshark_lines(path,
                 "-o eth.fcs:Always -o eth.check_fcs:TRUE -T fields -E separator=, -e macc.opcode "
                 "-e macc.pause_time -e vlan.id -e eth.fcs.status",
                 FRAMES, lines);
}

Test(mac_tshark, it_reads_quanta_tags_and_check_sequences_as_we_do)
{
    tshark_or_skip();
    char path[] = "/tmp/toesim-pause-XX"
                  "XX"
                  "XX",
         lines[FRAMES][TSHARK_LINE_BYTES];
    int file = mkstemp(path);
    cr_assert_geq(file, 0);
    (void)close(file);
    write_file(path);
    ask_tshark(path, lines);
    (void)unlink(path);
    for (int i = 0; i < FRAMES; i++) {
        char expected[64];
        if (sent[i].vid)
            (void)snprintf(expected, sizeof expected, ",,%u,%d", sent[i].vid, !sent[i].damaged);
        else
            (void)snprintf(expected, sizeof expected, "0x0001,%u,,%d", sent[i].quanta,
                           !sent[i].damaged);
        cr_assert_str_eq(lines[i], expected, "frame %d", i);
    }
}
