/* stats.json: keys of docs/scenario.md, in a fixed order, integers only. */
#include "sim/results.h"

#include "host-sw/stack/host_tcp.h"

#include "models/base/drop_reason.h"
#include "sim/expect.h"

#include <string.h>

static void set_u64(json_t *object, const char *key, uint64_t value)
{
    json_object_set_new(object, key, json_integer((json_int_t)value));
}

static json_t *add_object(json_t *parent, const char *key)
{
    json_t *object = json_object();
    json_object_set_new(parent, key, object);
    return object;
}

/* {count, min, p50, p90, p99, p999, max}; a percentile only where enough samples support it. */
static void set_samples(json_t *parent, const char *key, struct samples *samples)
{
    json_t *object = add_object(parent, key);
    set_u64(object, "count", samples->count);
    if (!samples->count)
        return;
    set_u64(object, "min", samples_min(samples));
    set_u64(object, "p50", samples_percentile(samples, 500));
    set_u64(object, "p90", samples_percentile(samples, 900));
    if (samples->count >= 100)
        set_u64(object, "p99", samples_percentile(samples, 990));
    if (samples->count >= 1000)
        set_u64(object, "p999", samples_percentile(samples, 999));
    set_u64(object, "max", samples_max(samples));
}

static void add_frames(json_t *root, const struct results_input *in)
{
    json_t *frames = add_object(root, "frames");
    uint64_t replayed = in->external_frames;
    if (in->replay)
        replayed = replay_side_stats(in->replay)->frames_sent;
    else if (in->gen)
        replayed = gen_peer_stats(in->gen)->frames_sent;
    set_u64(frames, "replayed", replayed);
    set_u64(frames, "received", in->mac[0]->rx_frames + in->mac[1]->rx_frames);
    set_u64(frames, "transmitted", in->mac[0]->tx_frames + in->mac[1]->tx_frames);
}

static void add_replay_streams(json_t *streams, const struct replay_stats *replay)
{
    set_u64(streams, "total", replay->total);
    set_u64(streams, "complete", replay->complete);
    set_u64(streams, "intact", replay->intact);
    set_u64(streams, "damaged", replay->damaged);
    set_u64(streams, "stalled", replay->stalled);
    set_u64(streams, "bytes_to_server", replay->bytes_to_server);
    set_u64(streams, "bytes_to_client", replay->bytes_to_client);
    json_t *partial = add_object(streams, "partial");
    for (int r = PARTIAL_NONE + 1; r < PARTIAL_REASON_COUNT; r++)
        set_u64(partial, partial_reason_key((enum partial_reason)r), replay->partial[r]);
}

static void add_gen_streams(json_t *streams, const struct results_input *in)
{
    const struct gen_stats *gen = gen_peer_stats(in->gen);
    uint64_t bad = gen->damaged + gen->stalled;
    set_u64(streams, "total", in->config->gen.connections);
    set_u64(streams, "complete", gen->ended);
    uint64_t sound = in->config->gen.connections - u64_min(bad, in->config->gen.connections);
    set_u64(streams, "intact", u64_min(gen->ended, sound));
    set_u64(streams, "damaged", gen->damaged);
    set_u64(streams, "stalled", gen->stalled);
    set_u64(streams, "bytes_to_server", gen->bytes_sent);
    set_u64(streams, "bytes_to_client", gen->bytes_received);
    add_object(streams, "partial");
}

/* Nobody here knows what the caller's streams should hold, so none is called intact or damaged. */
static void add_external_streams(json_t *streams, const struct results_input *in)
{
    size_t rows = host_sw_conn_rows(in->host_sw);
    uint64_t complete = 0, to_server = 0, to_client = 0;
    for (size_t i = 0; i < rows; i++) {
        struct dir_view view;
        host_sw_conn_row(in->host_sw, i, &view);
        complete += view.closed_ps != 0 && view.cause == NIC_TERM_NONE;
        to_server += view.rx_bytes;
        to_client += view.tx_bytes;
    }
    set_u64(streams, "total", rows);
    set_u64(streams, "complete", complete);
    set_u64(streams, "bytes_to_server", to_server);
    set_u64(streams, "bytes_to_client", to_client);
    add_object(streams, "partial");
}

static void add_moves(json_t *root, const struct results_input *in)
{
    const struct host_sw_stats *sw = host_sw_get_stats(in->host_sw);
    json_t *moves = add_object(root, "moves");
    set_u64(moves, "started", sw->moves_started);
    set_u64(moves, "completed", sw->moves_completed);
    set_u64(moves, "failed", sw->moves_failed);
    set_u64(moves, "cancelled", sw->moves_cancelled);
    set_u64(moves, "forwarded_frames", sw->forwarded_frames);
    set_u64(moves, "held_frames", sw->held_frames);
    set_u64(moves, "late_forwards", sw->late_forwards);
    set_u64(moves, "suppressed_by_progress", sw->suppressed_by_progress);
    set_u64(moves, "outstanding_max", sw->moves_outstanding_max);
    set_u64(moves, "hold_bytes_max", sw->hold_bytes_max);
    struct move_summary summary;
    move_log_summarize(in->moves, &summary);
    set_samples(moves, "latency_ns", &summary.latency);
    set_samples(moves, "blackout_ns", &summary.blackout);
    set_samples(moves, "recovery_ns", &summary.recovery);
    json_t *phases = add_object(moves, "phase_ns");
    for (int p = 0; p < MOVE_PHASE_COUNT; p++)
        set_samples(phases, move_phase_name((enum move_phase)p), &summary.phase[p]);
    move_summary_free(&summary);
}

static void add_connections(json_t *root, const struct results_input *in)
{
    const struct host_sw_stats *sw = host_sw_get_stats(in->host_sw);
    json_t *connections = add_object(root, "connections");
    set_u64(connections, "offloaded", sw->offloaded);
    set_u64(connections, "inactivated", sw->inactivated);
    set_u64(connections, "reactivated", sw->reactivated);
    set_u64(connections, "terminated_prematurely", sw->terminated_prematurely);
    set_u64(connections, "notifications", sw->notifications);
    set_u64(connections, "closed", sw->closed);
    set_u64(connections, "time_waits", sw->time_waits);
    set_u64(connections, "resets_sent", sw->resets_sent);
    set_u64(connections, "concurrent_max", sw->conns_max);
    uint64_t host = 0;
    for (int i = 0; i < HOST_REASON_COUNT; i++)
        host += sw->host_taken[i];
    set_u64(connections, "host", host);
}

static void add_host_tcp(json_t *host, const struct host_sw_stats *sw,
                         const struct host_tcp_stats *tcp)
{
    json_t *object = add_object(host, "tcp");
    set_u64(object, "opened", sw->host_opened);
    set_u64(object, "onloaded", sw->onloaded);
    set_u64(object, "reoffloaded", sw->reoffloaded);
    set_u64(object, "offload_failed", sw->offload_failed);
    json_t *reasons = add_object(object, "taken");
    for (int i = HOST_REASON_NONE + 1; i < HOST_REASON_COUNT; i++)
        set_u64(reasons, host_reason_key((enum host_reason)i), sw->host_taken[i]);
    set_u64(object, "concurrent_max", tcp->live_max);
    set_u64(object, "segments_received", tcp->segments_received);
    set_u64(object, "segments_sent", tcp->segments_sent);
    set_u64(object, "payload_received", tcp->payload_received);
    set_u64(object, "payload_sent", tcp->payload_sent);
    set_u64(object, "retransmissions", tcp->retransmissions);
    set_u64(object, "resets_sent", tcp->resets_sent);
    set_u64(object, "unsent", tcp->unsent);
    set_u64(object, "timers_fired", tcp->timers_fired);
}

static void add_host(json_t *root, const struct results_input *in)
{
    const struct host_sw_stats *sw = host_sw_get_stats(in->host_sw);
    json_t *host = add_object(root, "host");
    set_u64(host, "records", sw->records);
    set_u64(host, "events", sw->events);
    set_u64(host, "foreign_frames", sw->foreign_frames);
    set_u64(host, "syns", sw->syns);
    set_u64(host, "arp_answers", sw->arp_answers);
    set_u64(host, "neighbour_answers", sw->neighbour_answers);
    set_u64(host, "echo_answers", sw->echo_answers);
    set_u64(host, "echo_replies", sw->echo_replies);
    set_u64(host, "icmp_unreachable", sw->icmp_unreachable);
    set_u64(host, "icmp_too_big", sw->icmp_too_big);
    set_u64(host, "icmp_time_exceeded", sw->icmp_time_exceeded);
    set_u64(host, "icmp_errors_of_connections", sw->icmp_errors_of_connections);
    add_host_tcp(host, sw, host_sw_get_tcp_stats(in->host_sw));
    set_u64(host, "stale_events", sw->stale_events);
    set_u64(host, "stale_doorbells", sw->stale_doorbells);
    set_u64(host, "steps", in->host->steps);
    set_u64(host, "busy_ns", in->host->busy_ps / PS_PER_NS);
    set_u64(host, "interrupts", in->host->interrupts);
    set_u64(host, "polls", in->host->polls);
    set_u64(host, "mmio_reads", in->host->mmio_reads);
    set_u64(host, "mmio_writes", in->host->mmio_writes);
    set_u64(host, "dma_reads_llc", in->host->dma_reads_llc);
    set_u64(host, "dma_reads_dram", in->host->dma_reads_dram);
    set_u64(host, "iotlb_hits", in->host->iotlb_hits);
    set_u64(host, "iotlb_misses", in->host->iotlb_misses);
}

/* One port's traffic, queue and verdicts. */
static void add_port(json_t *object, const struct mac_stats *mac)
{
    static const struct {
        const char *key;
        enum drop_reason reason;
    } verdicts[] = {{"rx_bad_fcs", DROP_BAD_FCS},
                    {"rx_runts", DROP_RUNT},
                    {"rx_oversize", DROP_OVERSIZE},
                    {"rx_jabbers", DROP_JABBER},
                    {"rx_wrong_destination", DROP_WRONG_DESTINATION},
                    {"tx_queue_full", DROP_MAC_QUEUE_FULL}};
    set_u64(object, "rx_frames", mac->rx_frames);
    set_u64(object, "rx_bytes", mac->rx_bytes);
    set_u64(object, "tx_frames", mac->tx_frames);
    set_u64(object, "tx_bytes", mac->tx_bytes);
    set_u64(object, "tx_queue_max", mac->tx_queue_max);
    uint64_t mean_ps = mac->tx_frames ? mac->tx_wait_ps_total / mac->tx_frames : 0;
    set_u64(object, "tx_wait_mean_ns", mean_ps / PS_PER_NS);
    set_u64(object, "tx_wait_max_ns", mac->tx_wait_ps_max / PS_PER_NS);
    set_u64(object, "tx_pause", mac->tx_pause);
    set_u64(object, "rx_pause", mac->rx_pause);
    set_u64(object, "rx_pfc", mac->rx_pfc);
    set_u64(object, "tx_slow", mac->tx_slow);
    set_u64(object, "rx_slow", mac->rx_slow);
    set_u64(object, "lacp_losses", mac->lacp_losses);
    set_u64(object, "rx_bad_fcs_passed", mac->rx_bad_fcs_passed);
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++)
        set_u64(object, verdicts[i].key, mac->drops.count[verdicts[i].reason]);
}

static void add_mac(json_t *nic, const struct mac_stats *mac)
{
    add_port(add_object(nic, "mac"), mac);
}

static void add_pcie(json_t *nic, const struct pcie_stats *pcie)
{
    json_t *object = add_object(nic, "pcie");
    set_u64(object, "tlps_up", pcie->tlps_up);
    set_u64(object, "tlps_down", pcie->tlps_down);
    set_u64(object, "bytes_up", pcie->bytes_up);
    set_u64(object, "bytes_down", pcie->bytes_down);
    set_u64(object, "writes", pcie->writes);
    set_u64(object, "reads", pcie->reads);
    set_u64(object, "msix", pcie->msix);
    set_u64(object, "mmio_writes", pcie->mmio_writes);
    set_u64(object, "mmio_reads", pcie->mmio_reads);
    set_u64(object, "discarded", pcie->discarded);
    set_u64(object, "tags_used_max", pcie->tags_used_max);
    set_u64(object, "tag_stalls", pcie->tag_stalls);
    set_u64(object, "skps", pcie->skps);
    set_u64(object, "acks", pcie->acks);
    set_u64(object, "naks", pcie->naks);
    set_u64(object, "updatefcs", pcie->updatefcs);
    set_u64(object, "initfcs", pcie->initfcs);
    set_u64(object, "credit_stalls", pcie->credit_stalls);
    set_u64(object, "bad_tlps", pcie->bad_tlps);
    set_u64(object, "bad_dllps", pcie->bad_dllps);
    set_u64(object, "acks_lost", pcie->acks_lost);
    set_u64(object, "replays", pcie->replays);
    set_u64(object, "replayed_tlps", pcie->replayed_tlps);
    set_u64(object, "replay_timeouts", pcie->replay_timeouts);
    set_u64(object, "retrains", pcie->retrains);
    set_u64(object, "poisoned", pcie->poisoned);
    set_u64(object, "completion_timeouts", pcie->completion_timeouts);
    set_u64(object, "completer_aborts", pcie->completer_aborts);
    set_u64(object, "link_downs", pcie->link_downs);
    set_u64(object, "resets", pcie->resets);
    set_u64(object, "master_offs", pcie->master_offs);
}

static void add_engine(json_t *nic, const struct toe_stats *e)
{
    json_t *object = add_object(nic, "engine");
    set_u64(object, "rx_frames", e->rx_frames);
    set_u64(object, "rx_injected", e->rx_injected);
    set_u64(object, "rx_applied", e->rx_applied);
    set_u64(object, "rx_foreign", e->rx_foreign);
    set_u64(object, "rx_dropped", e->rx_dropped);
    set_u64(object, "rx_payload_bytes", e->rx_payload_bytes);
    set_u64(object, "tx_frames", e->tx_frames);
    set_u64(object, "tx_acks", e->tx_acks);
    set_u64(object, "tx_payload_bytes", e->tx_payload_bytes);
    set_u64(object, "tx_retransmissions", e->tx_retransmissions);
    set_u64(object, "tx_resets", e->tx_resets);
    set_u64(object, "tx_host_frames", e->tx_host_frames);
    set_u64(object, "timers_fired", e->timers_fired);
    set_u64(object, "commands", e->commands);
    set_u64(object, "stale_doorbells", e->stale_doorbells);
    set_u64(object, "records", e->records);
    set_u64(object, "events", e->events);
    set_u64(object, "installs", e->installs);
    set_u64(object, "freezes", e->freezes);
    set_u64(object, "terminated", e->terminated);
    set_u64(object, "closed", e->closed);
    set_u64(object, "active_max", e->active_max);
    set_u64(object, "rx_queue_max", e->rx_queue_max);
    set_u64(object, "tx_queue_max", e->tx_queue_max);
}

static void add_cache(json_t *nic, const struct ctx_store_stats *c)
{
    json_t *object = add_object(nic, "ctx_cache");
    set_u64(object, "lookups", c->lookups);
    set_u64(object, "hits", c->hits);
    set_u64(object, "misses", c->misses);
    set_u64(object, "evictions", c->evictions);
    set_u64(object, "writebacks", c->writebacks);
    set_u64(object, "extracts", c->extracts);
    set_u64(object, "extracts_cold", c->extracts_cold);
    set_u64(object, "installs", c->installs);
    set_u64(object, "reserves", c->reserves);
    set_u64(object, "releases", c->releases);
    set_u64(object, "removes", c->removes);
    set_u64(object, "freezes", c->freezes);
    set_u64(object, "lock_waits", c->lock_waits);
    set_u64(object, "cycles_run", c->cycles_run);
    set_u64(object, "cycles_skipped", c->cycles_skipped);
}

static void add_nics(json_t *root, const struct results_input *in)
{
    json_t *nics = json_array();
    json_object_set_new(root, "nics", nics);
    for (int n = 0; n < NIC_COUNT; n++) {
        json_t *nic = json_object();
        json_object_set_new(nic, "name", json_sprintf("nic%d", n));
        add_mac(nic, in->mac[n]);
        add_pcie(nic, in->pcie[n]);
        add_engine(nic, in->engine[n]);
        add_cache(nic, in->cache[n]);
        json_array_append_new(nics, nic);
    }
}

static void add_peer(json_t *root, const struct results_input *in)
{
    json_t *peer = add_object(root, "peer");
    if (in->replay) {
        const struct replay_stats *r = replay_side_stats(in->replay);
        set_u64(peer, "synthetic_acks", r->synthetic_acks);
        set_u64(peer, "retransmissions", r->retransmissions);
        set_u64(peer, "challenge_resets", r->challenge_resets);
    } else if (in->gen) {
        set_u64(peer, "synthetic_acks", 0);
        set_u64(peer, "retransmissions", gen_peer_stats(in->gen)->retransmissions);
    }
}

static void add_capture(json_t *root, const struct results_input *in)
{
    if (!in->capture)
        return;
    const struct capture_stats *c = capture_get_stats(in->capture);
    json_t *capture = add_object(root, "capture");
    set_u64(capture, "records", c->records);
    set_u64(capture, "tcp_segments", c->tcp_segments);
    set_u64(capture, "split_segments", c->split_segments);
    set_u64(capture, "repaired_checksums", c->repaired_checksums);
    set_u64(capture, "bad_checksums", c->bad_checksums);
    set_u64(capture, "not_tcp", c->not_tcp);
    set_u64(capture, "fragments", c->fragments);
    set_u64(capture, "malformed", c->malformed);
    set_u64(capture, "snap_cut", c->snap_cut);
    set_u64(capture, "backward_stamps", c->backward_stamps);
    set_u64(capture, "clamped_gaps", c->clamped_gaps);
    set_u64(capture, "vlan_stacks", c->vlan_stacks);
    set_u64(capture, "damaged_record", c->damaged_record);
}

static void add_switch(json_t *root, const struct results_input *in)
{
    json_t *sw = add_object(root, "switch");
    set_u64(sw, "to_member0", in->lan_switch->to_member[0]);
    set_u64(sw, "to_member1", in->lan_switch->to_member[1]);
    set_u64(sw, "to_uplink", in->lan_switch->to_uplink);
    set_u64(sw, "rehashes", in->lan_switch->rehashes);
    static const char *const names[] = {"nic0", "nic1", "uplink"};
    json_t *ports = add_object(sw, "ports");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        add_port(add_object(ports, names[i]), in->other_macs[i]);
}

static void add_line_counts(json_t *object, const uint64_t counts[LINE_FAULT_KINDS])
{
    static const char *const keys[LINE_FAULT_KINDS] = {
        [LINE_FAULT_DROP] = "dropped",       [LINE_FAULT_CORRUPT] = "corrupted",
        [LINE_FAULT_TRUNCATE] = "truncated", [LINE_FAULT_DUPLICATE] = "duplicated",
        [LINE_FAULT_REORDER] = "reordered",  [LINE_FAULT_DELAY] = "delayed",
    };
    for (int kind = 0; kind < LINE_FAULT_KINDS; kind++)
        set_u64(object, keys[kind], counts[kind]);
}

/* In all, and per link and direction. */
static void add_faults(json_t *root, const struct results_input *in)
{
    static const char *const links[SIM_LINK_COUNT] = {"nic0", "nic1", "uplink"};
    static const char *const ways[2] = {"to_server", "to_peers"};
    uint64_t all[LINE_FAULT_KINDS] = {0};
    for (int link = 0; link < SIM_LINK_COUNT; link++)
        for (int way = 0; way < 2; way++)
            for (int kind = 0; kind < LINE_FAULT_KINDS; kind++)
                all[kind] += in->line_faults[link][way]->chosen[kind];
    json_t *faults = add_object(root, "faults");
    add_line_counts(faults, all);
    for (int link = 0; link < SIM_LINK_COUNT; link++) {
        json_t *object = add_object(faults, links[link]);
        for (int way = 0; way < 2; way++)
            add_line_counts(add_object(object, ways[way]), in->line_faults[link][way]->chosen);
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
    json_t *drops = add_object(root, "drops");
    for (int r = DROP_NONE + 1; r < DROP_REASON_COUNT; r++)
        set_u64(drops, drop_reason_key((enum drop_reason)r), all.count[r]);
}

static void add_invariants(json_t *root, const struct results_input *in)
{
    json_t *invariants = add_object(root, "invariants");
    for (int i = 0; i < INVARIANT_COUNT; i++)
        set_u64(invariants, invariant_key((enum invariant)i),
                check_violations(in->check, (enum invariant)i));
}

json_t *results_stats(const struct results_input *in, bool *expectations_hold)
{
    json_t *root = json_object();
    json_object_set_new(root, "schema", json_string("toesim.stats/1"));
    json_object_set_new(add_object(root, "scenario"), "name", json_string(in->config->name));
    set_u64(root, "seed", in->config->seed);
    set_u64(root, "sim_time_ps", in->sim_time_ps);
    json_object_set_new(root, "complete", json_boolean(in->complete));
    add_frames(root, in);
    json_t *streams = add_object(root, "streams");
    if (in->replay)
        add_replay_streams(streams, replay_side_stats(in->replay));
    else if (in->gen)
        add_gen_streams(streams, in);
    else
        add_external_streams(streams, in);
    add_moves(root, in);
    add_connections(root, in);
    add_host(root, in);
    add_nics(root, in);
    add_switch(root, in);
    add_peer(root, in);
    add_capture(root, in);
    add_faults(root, in);
    add_drops(root, in);
    add_invariants(root, in);
    *expectations_hold = expect_evaluate(in->config, root) == 0;
    return root;
}
