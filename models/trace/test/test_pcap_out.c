/* Tests the captures that a run writes. */
#include "models/base/frame.h"
#include "models/base/units.h"
#include "models/trace/output/pcap_out.h"

#include <criterion/criterion.h>
#include <pcap/pcap.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[64];

static void make_dir(void)
{
    strcpy(dir, "/tmp/toesim-out-XXXXXX");
    cr_assert_not_null(mkdtemp(dir));
}

static const char *in_dir(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static void remove_dir(void)
{
    remove(in_dir("nic0.pcap"));
    remove(in_dir("nic1.pcap"));
    remove(in_dir("team.pcapng"));
    cr_assert_eq(rmdir(dir), 0, "something was left behind");
}

static void emit(struct pcap_out *out, enum probe_kind kind, uint8_t nic, uint32_t len,
                 uint64_t now_ps)
{
    static struct frame frame;
    frame.len = len;
    memset(frame.data, (int)len, len);
    struct probe_event event = {
        .now_ps = now_ps, .kind = (uint8_t)kind, .nic = nic, .frame.frame = &frame};
    struct probe_listener listener = pcap_out_listener(out);
    listener.on_event(listener.self, &event);
}

static pcap_t *reopen(const char *name)
{
    char words[PCAP_ERRBUF_SIZE];
    pcap_t *pcap =
        pcap_open_offline_with_tstamp_precision(in_dir(name), PCAP_TSTAMP_PRECISION_NANO, words);
    cr_assert_not_null(pcap, "%s", words);
    cr_assert_eq(pcap_datalink(pcap), DLT_EN10MB);
    return pcap;
}

TestSuite(pcap_out, .init = make_dir, .fini = remove_dir);

Test(pcap_out, writes_each_port_and_both_merged)
{
    struct error err = {0};
    struct pcap_out *out = pcap_out_create(dir, &err);
    cr_assert_not_null(out, "%s", err.text);
    cr_assert_neq(access(in_dir("nic0.pcap"), F_OK), 0, "not whole yet, but there");
    emit(out, PROBE_FRAME_RX, 0, 42, 1234567890123);
    emit(out, PROBE_FRAME_TX, 1, 1501, 2 * PS_PER_S);
    emit(out, PROBE_FRAME_TX, 0, 9014, 3 * PS_PER_S);
    cr_assert_eq(pcap_out_close(out, &err), STATUS_OK, "%s", err.text);

    const struct {
        const char *name;
        unsigned lens[4];
    } files[] = {
        {"nic0.pcap", {60, 9014}}, {"nic1.pcap", {1501}}, {"team.pcapng", {60, 1501, 9014}}};
    for (size_t i = 0; i < 3; i++) {
        pcap_t *pcap = reopen(files[i].name);
        struct pcap_pkthdr *header;
        const unsigned char *bytes;
        size_t n = 0;
        while (pcap_next_ex(pcap, &header, &bytes) == 1) {
            cr_assert_eq(header->caplen, files[i].lens[n], "%s %zu", files[i].name, n);
            if (i != 1 && n == 0) {
                cr_assert_eq(header->ts.tv_sec, 1);
                cr_assert_eq(header->ts.tv_usec, 234567890);
                cr_assert(bytes[41] == 42 && bytes[42] == 0 && bytes[59] == 0);
            }
            n++;
        }
        cr_assert_eq(files[i].lens[n], 0, "%s: %s", files[i].name, pcap_geterr(pcap));
        pcap_close(pcap);
    }
}

Test(pcap_out, a_folder_that_is_not_there_is_reported)
{
    struct error err = {0};
    cr_assert_null(pcap_out_create("/nonexistent/folder", &err));
    cr_assert_eq(err.status, STATUS_ENVIRONMENT);
    cr_assert_not_null(strstr(err.text, "/nonexistent/folder"));
}

Test(pcap_out, a_full_disk_is_reported_and_leaves_nothing)
{
    struct error err = {0};
    const struct rlimit most = {1 << 20, 1 << 20};
    (void)signal(SIGXFSZ, SIG_IGN); /* then write() fails, as on a full disk */
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &most), 0);
    struct pcap_out *out = pcap_out_create(dir, &err);
    cr_assert_not_null(out, "%s", err.text);
    for (int i = 0; i < 2000; i++)
        emit(out, PROBE_FRAME_RX, 1, 1500, (uint64_t)i);
    cr_assert_eq(pcap_out_close(out, &err), STATUS_ENVIRONMENT);
    cr_assert_not_null(strstr(err.text, "nic1.pcap"), "%s", err.text);
    cr_assert_neq(access(in_dir("nic1.pcap"), F_OK), 0);
}
