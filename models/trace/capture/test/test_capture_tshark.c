/* Tests that the classifier agrees with tshark on all available captures. */
#include "models/trace/capture/capture.h"
#include "models/trace/capture/capture_access.h"
#include "models/trace/test/capture_writer.h"
#include "models/wire/tcp_hdr.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct counts {
    unsigned long with_syn, answered, ended;
};

static struct counts ask_tshark(const char *path)
{
    char command[1200];
    struct counts counts = {0};
    snprintf(command, sizeof command, "models/trace/capture/test/tshark_counts.sh '%s'", path);
    FILE *pipe = popen(command, "r");
    cr_assert_not_null(pipe);
    int got = fscanf(pipe, "%lu %lu %lu", &counts.with_syn, &counts.answered, &counts.ended);
    pclose(pipe);
    cr_assert_eq(got, 3, "%s", command);
    return counts;
}

static struct counts count(const struct capture *capture)
{
    struct counts counts = {0};
    for (size_t i = 0; i < capture_conversation_count(capture); i++) {
        const struct conversation *conv = capture_conversation(capture, i);
        counts.with_syn += conv->client_isn != 0 || conv->partial == PARTIAL_SPLIT_HANDSHAKE;
        counts.answered += conv->replayable;
        counts.ended += conv->replayable && conv->partial != PARTIAL_NO_END;
    }
    return counts;
}

/* Returns 1 if the file was compared. tshark also sees frames that we drop, so files with such
 * frames are left out. */
static int compare(const char *path)
{
    struct capture_params params;
    struct error err = {0};
    capture_params_default(&params);
    struct capture *capture = capture_load(path, &params, &err);
    if (!capture)
        return 0;
    const struct capture_stats *stats = capture_get_stats(capture);
    bool sound = !stats->left_out[LEFT_OUT_BAD_CHECKSUM] && !stats->left_out[LEFT_OUT_MALFORMED] &&
                 !stats->left_out[LEFT_OUT_CUT_HEADER] && !stats->damaged_record;
    if (sound) {
        struct counts ours = count(capture), theirs = ask_tshark(path);
        cr_expect_eq(ours.with_syn, theirs.with_syn, "%s: SYN %lu, tshark %lu", path, ours.with_syn,
                     theirs.with_syn);
        cr_expect_eq(ours.answered, theirs.answered, "%s: SYN-ACK %lu, tshark %lu", path,
                     ours.answered, theirs.answered);
        cr_expect_eq(ours.ended, theirs.ended, "%s: ended %lu, tshark %lu", path, ours.ended,
                     theirs.ended);
    }
    capture_destroy(capture);
    return sound;
}

static int compare_folder(const char *dir)
{
    int compared = 0;
    DIR *folder = opendir(dir);
    if (!folder)
        return 0;
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
        if (strstr(entry->d_name, ".pcap"))
            compared += compare(path);
    }
    closedir(folder);
    return compared;
}

static bool has_tshark(void)
{
    if (system("command -v tshark >/dev/null 2>&1") == 0)
        return true;
    cr_log_warn("tshark is not installed: nothing was compared");
    return false;
}

Test(capture_tshark, counts_agree_on_a_capture_made_here)
{
    struct capture_writer w;
    if (!has_tshark())
        return;
    capture_writer_open(&w, false, false, 1);
    for (w.client_port = 1; w.client_port < 4; w.client_port++) {
        capture_writer_handshake(&w);
        if (w.client_port != 2)
            capture_writer_fins(&w, 0, 0);
    }
    w.client_port = 1; /* the same port again, and nobody answers */
    capture_writer_tcp(&w, false, 77, 0, TCP_SYN, NULL, 0);
    w.vlan[0] = 5;
    capture_writer_handshake(&w);
    capture_writer_close(&w);
    struct counts counts = ask_tshark(w.path);
    cr_assert(counts.with_syn == 5 && counts.answered == 4 && counts.ended == 2, "%lu %lu %lu",
              counts.with_syn, counts.answered, counts.ended);
    cr_assert_eq(compare(w.path), 1);
    capture_writer_remove(&w);
}

Test(capture_tshark, counts_agree_on_every_capture_at_hand)
{
    const char *extra = getenv("TOESIM_EXTRA_TRACES");
    if (!has_tshark())
        return;
    int compared = compare_folder("traces");
    if (extra)
        compared += compare_folder(extra);
    if (!compared)
        cr_skip("no captures: neither traces/*.pcap* nor TOESIM_EXTRA_TRACES");
}
