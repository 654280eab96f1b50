/* Tests that tshark, which is independent of this project, reads our LACPDUs and markers correctly. It also decides
 * which length of a marker is right: 16, which is the sum of the fields in the standard, or 22, which Linux sends. */
#include "models/test/tshark.h"
#include "models/wire/lacp.h"

#include <criterion/criterion.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FRAMES = 4 };

static const uint8_t source[6] = {2, 0, 0, 0, 0, 1};

static const struct lacp_pdu pdu = {
    .actor = {0x8000, {2, 0, 0, 0, 0, 0x11}, 258, 255, 7, 0x3d},
    .partner = {0xffff, {2, 0, 0, 0, 0, 0x22}, 772, 1, 9, 0xc2},
    .collector_max_delay = 4660,
};
static const struct lacp_marker marker = {5, {2, 0, 0, 0, 0, 0x33}, 0xdeadbeef};

/* The subtype; the actor's key, port and state, the partner's system and state, and the delay of a LACPDU; the TLV
 * types, the port and the transaction of a marker; whether a length is wrong. */
static const char *const fields[] = {"slow.subtype",
                                     "lacp.actor.key",
                                     "lacp.actor.port",
                                     "lacp.actor.state",
                                     "lacp.partner.sysid",
                                     "lacp.partner.state",
                                     "lacp.collector.max_delay",
                                     "marker.tlvType",
                                     "marker.requesterPort",
                                     "marker.requesterTransId",
                                     "marker.wrong_tlv_length",
                                     "lacp.wrong_tlv_length"};
static const char *const expected[FRAMES] = {
    "0x01,258,7,0x3d,02:00:00:00:00:22,0xc2,4660,,,,,",
    "0x02,,,,,,,0x01,0x00,5,3735928559,,",
    "0x02,,,,,,,0x02,0x00,5,3735928559,,",
    "0x02,,,,,,,0x01,0x00,5,3735928559,1,",
};

static void build(int i, uint8_t *frame)
{
    if (i == 0)
        lacp_build(frame, source, &pdu);
    else
        lacp_build_marker(frame, source, i == 2, &marker);
    if (i == 3)
        frame[17] = 22;
}

static void write_file(const char *path)
{
    uint8_t frame[LACP_FRAME_BYTES];
    pcap_t *pcap = pcap_open_dead(DLT_EN10MB, 65535);
    pcap_dumper_t *dump = pcap_dump_open(pcap, path);
    cr_assert_not_null(dump);
    for (int i = 0; i < FRAMES; i++) {
        build(i, frame);
        struct pcap_pkthdr header = {.caplen = sizeof frame, .len = sizeof frame};
        pcap_dump((u_char *)dump, &header, frame);
    }
    pcap_dump_close(dump);
    pcap_close(pcap);
}

static void ask_tshark(const char *path, char lines[FRAMES][TSHARK_LINE_BYTES])
{
    char options[600];
    int len = snprintf(options, sizeof options, "-T fields -E separator=,");
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        len += snprintf(options + len, sizeof options - (size_t)len, " -e %s", fields[i]);
    tshark_lines(path, options, FRAMES, lines);
}

Test(lacp_tshark, it_reads_what_we_build_and_wants_a_markers_length_of_16)
{
    tshark_or_skip();
    char path[] = "/tmp/toesim-lacp-XX"
                  "XX"
                  "XX",
         lines[FRAMES][TSHARK_LINE_BYTES];
    int file = mkstemp(path);
    cr_assert_geq(file, 0);
    (void)close(file);
    write_file(path);
    ask_tshark(path, lines);
    (void)unlink(path);
    for (int i = 0; i < FRAMES; i++)
        cr_expect_str_eq(lines[i], expected[i], "frame %d: %s", i, lines[i]);
}
