#include "sim/results/results_json.h"
#include "host-sw/life/idle.h"
#include "host-sw/server/host_sw.h"

#include "sim/results/results.h"
#include "sim/results/results_capture.h"
#include "sim/results/results_host.h"
#include "sim/results/results_nics.h"
#include "sim/results/results_streams.h"

#include "host-sw/driver/nic_error.h"
#include "host-sw/mechanism/mechanism.h"
#include "host-sw/mechanism/mechanism_table.h"
#include "host-sw/stack/host_tcp.h"
#include "models/base/drop_reason.h"
#include "models/hwif/nic_regs.h"
#include "models/wire/ip_reassembly.h"
#include "sim/results/expect.h"
#include "sim/schema/output_keys.h"

#include <string.h>

void results_set(json_t *object, const char *key, uint64_t value)
{
    json_object_set_new(object, key, json_integer((json_int_t)value));
}

json_t *results_add_object(json_t *parent, const char *key)
{
    json_t *object = json_object();
    json_object_set_new(parent, key, object);
    return object;
}

/* Sets {count, min, p50, p90, p99, p999, max}. A percentile is present only if there are enough
 * samples for it. */
static void set_samples(json_t *parent, const char *key, struct samples *samples)
{
    json_t *object = results_add_object(parent, key);
    results_set(object, "count", samples->count);
    if (!samples->count)
        return;
    results_set(object, "min", samples_min(samples));
    results_set(object, "p50", samples_percentile(samples, 500));
    results_set(object, "p90", samples_percentile(samples, 900));
    if (samples->count >= 100)
        results_set(object, "p99", samples_percentile(samples, 990));
    if (samples->count >= 1000)
        results_set(object, "p999", samples_percentile(samples, 999));
    results_set(object, "max", samples_max(samples));
}

static void add_frames(json_t *root, const struct results_input *in)
{
    json_t *frames = results_add_object(root, "frames");
    uint64_t replayed = in->external_frames;
    if (in->replay)
        replayed = replay_side_stats(in->replay)->frames_sent;
    else if (in->gen)
        replayed = gen_peer_stats(in->gen)->frames_sent;
    results_set(frames, "replayed", replayed);
    results_set(frames, "received", in->mac[0]->rx_frames + in->mac[1]->rx_frames);
    results_set(frames, "transmitted", in->mac[0]->tx_frames + in->mac[1]->tx_frames);
    results_set(frames, "in_flight", check_frames_in_flight(in->check));
}

/* Adds the phases that end with the mechanism's own marks. */
static void add_own_phases(json_t *phases, const struct results_input *in)
{
    const struct mechanism_ops *chosen = mechanism_table[in->config->team.mechanism];
    for (unsigned i = 0; i < mechanism_mark_count(chosen); i++) {
        struct samples samples;
        samples_init(&samples);
        move_log_own_phase(in->moves, chosen->name, i, &samples);
        set_samples(phases, chosen->marks[i].name, &samples);
        samples_free(&samples);
    }
}

static void add_transfers(json_t *root, const struct results_input *in)
{
    static const char *const kinds[TRANSFER_KIND_COUNT] = {
#define X(id, key, text) key,
        TRANSFER_KINDS(X)
#undef X
    };
    json_t *transfers = results_add_object(root, "transfers");
    for (int kind = 0; kind < TRANSFER_KIND_COUNT; kind++) {
        const struct transfer_counts *counts = &host_sw_get_stats(in->host_sw)->transfers[kind];
        json_t *object = results_add_object(transfers, kinds[kind]);
        results_set(object, "started", counts->started);
        results_set(object, "completed", counts->completed);
        results_set(object, "failed", counts->failed);
        results_set(object, "cancelled", counts->cancelled);
        results_set(object, "open", host_sw_transfers_open(in->host_sw, (enum transfer_kind)kind));
    }
}

/* Adds how fast the completed moves were done together, and how evenly. */
static void add_speed(json_t *moves, struct move_summary *summary)
{
    if (!summary->any)
        return;
    uint64_t median_ns = samples_percentile(&summary->latency, 500);
    uint64_t max_ns = samples_max(&summary->latency), count = summary->latency.count;
    results_set(moves, "makespan_ns", summary->makespan_ns);
    results_set(moves, "per_second",
                count * (PS_PER_S / PS_PER_NS) / u64_max(1, summary->makespan_ns));
    results_set(moves, "latency_max_per_median", max_ns * 1000 / u64_max(1, median_ns));
}

/* Adds what the moves cost both ends together. */
static void add_costs(json_t *moves, const struct move_summary *summary)
{
    results_set(moves, "dropped_frames", summary->cost[COST_DROPPED]);
    results_set(moves, "dup_acks", summary->cost[COST_DUP_ACK]);
    results_set(moves, "rexmit_peer", summary->cost[COST_REXMIT_PEER]);
    results_set(moves, "rexmit_own", summary->cost[COST_REXMIT_OWN]);
    results_set(moves, "rto", summary->cost[COST_RTO]);
}

static json_t *add_move_counts(json_t *root, const struct results_input *in)
{
    const struct host_sw_stats *sw = host_sw_get_stats(in->host_sw);
    json_t *moves = results_add_object(root, "moves");
    results_set(moves, "started", sw->transfers[TRANSFER_MOVE].started);
    results_set(moves, "completed", sw->transfers[TRANSFER_MOVE].completed);
    results_set(moves, "failed", sw->transfers[TRANSFER_MOVE].failed);
    results_set(moves, "cancelled", sw->transfers[TRANSFER_MOVE].cancelled);
    results_set(moves, "open", host_sw_transfers_open(in->host_sw, TRANSFER_MOVE));
#define SET(type, member, section, key, unit, meaning) results_set(moves, key, sw->member);
    SERVER_STATS_MOVES(SET)
    if (mechanism_table[in->config->team.mechanism]->nic_capabilities &
        NIC_CAPABILITY_IMAGE_SLOTS) {
        SERVER_STATS_SLOTS(SET)
    }
#undef SET
    return moves;
}

static void add_moves(json_t *root, const struct results_input *in)
{
    json_t *moves = add_move_counts(root, in);
    struct move_summary summary;
    move_log_summarize(in->moves, &summary);
    add_speed(moves, &summary);
    add_costs(moves, &summary);
    set_samples(moves, "latency_ns", &summary.latency);
    set_samples(moves, "blackout_ns", &summary.blackout);
    set_samples(moves, "recovery_ns", &summary.recovery);
    json_t *phases = results_add_object(moves, "phase_ns");
    for (int p = 0; p < MOVE_PHASE_COUNT; p++)
        set_samples(phases, move_phase_name((enum move_phase)p), &summary.phase[p]);
    move_summary_free(&summary);
    add_own_phases(phases, in);
}

#define SET(type, member, section, key, unit, meaning) results_set(connections, key, sw->member);

static void add_connections(json_t *root, const struct results_input *in)
{
    const struct host_sw_stats *sw = host_sw_get_stats(in->host_sw);
    json_t *connections = results_add_object(root, "connections");
    results_set(connections, "offloaded", sw->transfers[TRANSFER_OPENING].completed);
    results_set(connections, "inactivated", sw->transfers[TRANSFER_INACTIVATE].completed);
    results_set(connections, "reactivated", sw->transfers[TRANSFER_REACTIVATE].completed);
    json_t *refused = results_add_object(connections, "not_inactivated");
    for (int i = 0; i < IDLE_REASON_COUNT; i++)
        results_set(refused, idle_reason_key((enum idle_reason)i), sw->not_inactivated[i]);
    SERVER_STATS_RESTS(SET)
    results_set(connections, "notifications", in->app_calls->notices);
    SERVER_STATS_ENDS(SET)
    uint64_t host = 0;
    for (int i = 0; i < HOST_REASON_COUNT; i++)
        host += sw->host_taken[i];
    results_set(connections, "host", host);
    SERVER_STATS_OPENINGS(SET)
}

#undef SET

static void add_peer(json_t *root, const struct results_input *in)
{
    json_t *peer = results_add_object(root, "peer");
    if (in->flood) {
        results_set(peer, "flood_sent", in->flood->sent);
        results_set(peer, "flood_answers", in->flood->answers);
    }
    if (in->replay) {
        const struct replay_stats *r = replay_side_stats(in->replay);
        results_set(peer, "synthetic_acks", r->synthetic_acks);
        results_set(peer, "retransmissions", r->retransmissions);
        results_set(peer, "challenge_resets", r->challenge_resets);
        results_set(peer, "withheld_segments", r->withheld_segments);
    } else if (in->gen) {
        if (in->config->race.time_ps > 0)
            results_set(peer, "frames_placed", gen_peer_stats(in->gen)->frames_placed);
        results_set(peer, "synthetic_acks", 0);
        results_set(peer, "retransmissions", gen_peer_stats(in->gen)->retransmissions);
    }
    if (in->gen && in->request_latency) {
        const struct gen_request_params *params = &in->config->gen.requests;
        results_set(peer, "requests", gen_peer_stats(in->gen)->server_bytes / params->bytes);
        results_set(peer, "responses", in->request_latency->count);
    }
}

static void add_switch(json_t *root, const struct results_input *in)
{
    json_t *sw = results_add_object(root, "switch");
    results_set(sw, "to_member0", in->lan_switch->to_member[0]);
    results_set(sw, "to_member1", in->lan_switch->to_member[1]);
    results_set(sw, "to_uplink", in->lan_switch->to_uplink);
    results_set(sw, "rehashes", in->lan_switch->rehashes);
    static const char *const names[] = {"nic0", "nic1", "uplink"};
    json_t *ports = results_add_object(sw, "ports");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        results_add_port(results_add_object(ports, names[i]), in->other_macs[i]);
}

static void add_line_counts(json_t *object, const uint64_t counts[LINE_FAULT_KINDS])
{
    static const char *const keys[LINE_FAULT_KINDS] = {
        [LINE_FAULT_DROP] = "dropped",       [LINE_FAULT_CORRUPT] = "corrupted",
        [LINE_FAULT_TRUNCATE] = "truncated", [LINE_FAULT_DUPLICATE] = "duplicated",
        [LINE_FAULT_REORDER] = "reordered",  [LINE_FAULT_DELAY] = "delayed",
    };
    for (int kind = 0; kind < LINE_FAULT_KINDS; kind++)
        results_set(object, keys[kind], counts[kind]);
}

/* Adds the counts of faults in total, and for each link and direction. */
static void add_faults(json_t *root, const struct results_input *in)
{
    static const char *const links[SIM_LINK_COUNT] = {"nic0", "nic1", "uplink"};
    static const char *const ways[2] = {"to_server", "to_peers"};
    uint64_t all[LINE_FAULT_KINDS] = {0};
    for (int link = 0; link < SIM_LINK_COUNT; link++)
        for (int way = 0; way < 2; way++)
            for (int kind = 0; kind < LINE_FAULT_KINDS; kind++)
                all[kind] += in->line_faults[link][way]->chosen[kind];
    json_t *faults = results_add_object(root, "faults");
    add_line_counts(faults, all);
    for (int link = 0; link < SIM_LINK_COUNT; link++) {
        json_t *object = results_add_object(faults, links[link]);
        for (int way = 0; way < 2; way++)
            add_line_counts(results_add_object(object, ways[way]),
                            in->line_faults[link][way]->chosen);
    }
}

static void add_drops(json_t *root, const struct results_input *in)
{
    struct drop_counters all = {{0}};
    for (int n = 0; n < NIC_COUNT; n++) {
        drop_add(&all, &in->mac[n]->drops);
        drop_add(&all, &in->engine[n]->drops);
    }
    for (size_t i = 0; i < sizeof in->other_macs / sizeof in->other_macs[0]; i++)
        drop_add(&all, &in->other_macs[i]->drops);
    drop_add(&all, &in->lan_switch->drops);
    drop_add(&all, &host_sw_get_stats(in->host_sw)->drops);
    json_t *drops = results_add_object(root, "drops");
    for (int r = DROP_NONE + 1; r < DROP_REASON_COUNT; r++)
        results_set(drops, drop_reason_key((enum drop_reason)r), all.count[r]);
}

static void add_invariants(json_t *root, const struct results_input *in)
{
    json_t *invariants = results_add_object(root, "invariants");
    for (int i = 0; i < INVARIANT_COUNT; i++)
        results_set(invariants, invariant_key((enum invariant)i),
                    check_violations(in->check, (enum invariant)i));
}

/* Adds what comes behind the moves, in the order of stats.json. */
static void add_rest(json_t *root, const struct results_input *in)
{
    add_transfers(root, in);
    add_connections(root, in);
    results_add_host(root, in);
    results_add_nics(root, in);
    add_switch(root, in);
    add_peer(root, in);
    results_add_capture(root, in);
    add_faults(root, in);
    add_drops(root, in);
    add_invariants(root, in);
}

json_t *results_counters(const struct results_input *in)
{
    json_t *root = json_object();
    add_frames(root, in);
    results_add_streams(root, in);
    (void)add_move_counts(root, in);
    add_rest(root, in);
    return root;
}

json_t *results_stats(const struct results_input *in, bool *expectations_hold)
{
    json_t *root = json_object();
    json_object_set_new(root, "schema", json_string(OUTPUT_SCHEMA_NAME));
    json_object_set_new(results_add_object(root, "scenario"), "name",
                        json_string(in->config->name));
    results_set(root, "seed", in->config->seed);
    results_set(root, "sim_time_ps", in->sim_time_ps);
    json_object_set_new(root, "complete", json_boolean(in->complete));
    add_frames(root, in);
    results_add_streams(root, in);
    add_moves(root, in);
    add_rest(root, in);
    if (in->request_latency)
        set_samples(json_object_get(root, "peer"), "response_ns", in->request_latency);
    *expectations_hold = expect_evaluate(in->config, root) == 0;
    return root;
}
