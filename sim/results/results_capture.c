#include "sim/results/results_capture.h"

#include "sim/results/results.h"
#include "sim/results/results_json.h"

#include "models/trace/capture/capture.h"
#include "models/trace/capture/capture_access.h"

#include <inttypes.h>

void results_add_capture(json_t *root, const struct results_input *in)
{
    if (!in->capture)
        return;
    const struct capture_stats *c = capture_get_stats(in->capture);
    json_t *capture = results_add_object(root, "capture");
    results_set(capture, "records", c->records);
    results_set(capture, "used", c->used);
    results_set(capture, "joined", c->joined);
    json_t *left_out = results_add_object(capture, "left_out");
    for (int i = 0; i < LEFT_OUT_REASON_COUNT; i++)
        results_set(left_out, left_out_key((enum left_out)i), c->left_out[i]);
    results_set(capture, "tcp_segments", c->tcp_segments);
    results_set(capture, "split_segments", c->split_segments);
    results_set(capture, "ignored_segments", c->ignored_segments);
    results_set(capture, "repaired_checksums", c->repaired_checksums);
    results_set(capture, "fragments", c->fragments);
    results_set(capture, "reassembled", c->reassembled);
    results_set(capture, "snap_cut", c->snap_cut);
    results_set(capture, "backward_stamps", c->backward_stamps);
    results_set(capture, "clamped_gaps", c->clamped_gaps);
    results_set(capture, "vlan_stacks", c->vlan_stacks);
    results_set(capture, "damaged_record", c->damaged_record);
}

static void print_reasons(FILE *file, const struct capture_stats *c)
{
    const char *before = ": ";
    for (int i = 0; i < LEFT_OUT_REASON_COUNT; i++) {
        if (c->left_out[i] == 0)
            continue;
        (void)fprintf(file, "%s%" PRIu64 " %s", before, c->left_out[i],
                      left_out_meaning((enum left_out)i));
        before = ", ";
    }
}

void results_print_capture(FILE *file, const struct results_input *in)
{
    if (!in->capture)
        return;
    const struct capture_stats *c = capture_get_stats(in->capture);
    uint64_t left_out = capture_left_out_total(c);
    (void)fprintf(file, "capture         %" PRIu64 " records, %" PRIu64 " of them left out",
                  c->records, left_out);
    print_reasons(file, c);
    if (c->left_out[LEFT_OUT_TUNNEL] && !in->config->capture.decap)
        (void)fprintf(file, "; --decap takes frames out of tunnels");
    if (c->damaged_record)
        (void)fprintf(file, "; damaged at record %" PRIu64 ", nothing behind it was read",
                      c->damaged_record);
    (void)fputc('\n', file);
}
