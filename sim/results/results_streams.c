#include "sim/results/results_streams.h"

#include "sim/results/results.h"
#include "sim/results/results_json.h"

#include <assert.h>

/* Only the caller of libtoesim knows the expected contents of its streams, so none of them is
 * counted as intact or damaged. */
static void count_external(const struct results_input *in, struct outcome_counts *counts)
{
    size_t rows = host_sw_conn_rows(in->host_sw);
    for (size_t i = 0; i < rows; i++)
        outcome_count(counts, OUTCOME_NOT_COMPARED);
}

void results_outcomes(const struct results_input *in, struct outcome_counts *counts)
{
    *counts = (struct outcome_counts){0};
    if (in->replay)
        *counts = replay_side_stats(in->replay)->outcomes;
    else if (in->gen)
        *counts = gen_peer_stats(in->gen)->outcomes;
    else
        count_external(in, counts);
    assert(outcome_counts_are_sane(counts));
}

static void add_outcomes(json_t *streams, const struct outcome_counts *counts)
{
    for (int i = OUTCOME_OPEN + 1; i < OUTCOME_PARTIAL_FIRST; i++)
        results_set(streams, outcome_key((enum outcome)i), counts->of[i]);
    json_t *partial = results_add_object(streams, "partial");
    for (int i = OUTCOME_PARTIAL_FIRST; i < OUTCOME_COUNT; i++)
        results_set(partial, outcome_key((enum outcome)i), counts->of[i]);
}

static void external_bytes(const struct results_input *in, uint64_t *to_server, uint64_t *to_client)
{
    size_t rows = host_sw_conn_rows(in->host_sw);
    for (size_t i = 0; i < rows; i++) {
        struct dir_view view;
        host_sw_conn_row(in->host_sw, i, &view);
        *to_server += view.rx_bytes;
        *to_client += view.tx_bytes;
    }
}

/* Returns how many of the caller's connections were closed by both sides. */
static uint64_t external_complete(const struct results_input *in)
{
    size_t rows = host_sw_conn_rows(in->host_sw);
    uint64_t complete = 0;
    for (size_t i = 0; i < rows; i++) {
        struct dir_view view;
        host_sw_conn_row(in->host_sw, i, &view);
        complete += view.closed_ps != 0 && view.cause == NIC_TERM_NONE;
    }
    return complete;
}

void results_add_streams(json_t *root, const struct results_input *in)
{
    struct outcome_counts counts;
    uint64_t to_server = 0, to_client = 0;
    bool external = !in->replay && !in->gen;
    results_outcomes(in, &counts);
    if (in->replay) {
        to_server = replay_side_stats(in->replay)->bytes_to_server;
        to_client = replay_side_stats(in->replay)->bytes_to_client;
    } else if (in->gen) {
        to_server = gen_peer_stats(in->gen)->bytes_sent;
        to_client = gen_peer_stats(in->gen)->bytes_received;
    } else {
        external_bytes(in, &to_server, &to_client);
    }
    json_t *streams = results_add_object(root, "streams");
    results_set(streams, "total", counts.total);
    results_set(streams, "complete",
                external ? external_complete(in) : outcome_judged_total(&counts));
    add_outcomes(streams, &counts);
    if (in->rechecked && counts.of[OUTCOME_DAMAGED])
        results_set(streams, "damaged_nic0", in->damaged_nic0);
    if (in->rechecked && counts.of[OUTCOME_STALLED])
        results_set(streams, "stalled_nic0", in->stalled_nic0);
    results_set(streams, "bytes_to_server", to_server);
    results_set(streams, "bytes_to_client", to_client);
}
