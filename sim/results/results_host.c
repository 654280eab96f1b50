#include "sim/results/results_host.h"

#include "sim/results/results.h"
#include "sim/results/results_json.h"

#include "host-sw/stack/host_tcp.h"
#include "models/wire/ip_reassembly.h"

static void add_host_tcp(json_t *host, const struct host_sw_stats *sw,
                         const struct host_tcp_stats *tcp)
{
    json_t *object = results_add_object(host, "tcp");
    results_set(object, "opened", sw->host_opened);
    results_set(object, "onloaded", sw->transfers[TRANSFER_ONLOAD].completed);
    results_set(object, "reoffloaded", sw->transfers[TRANSFER_OFFLOAD].completed);
    results_set(object, "offload_failed", sw->offload_failed);
    json_t *reasons = results_add_object(object, "taken");
    for (int i = HOST_REASON_NONE + 1; i < HOST_REASON_COUNT; i++)
        results_set(reasons, host_reason_key((enum host_reason)i), sw->host_taken[i]);
    results_set(object, "concurrent_max", tcp->live_max);
    results_set(object, "segments_received", tcp->segments_received);
    results_set(object, "segments_sent", tcp->segments_sent);
    results_set(object, "payload_received", tcp->payload_received);
    results_set(object, "payload_sent", tcp->payload_sent);
    results_set(object, "retransmissions", tcp->retransmissions);
    results_set(object, "resets_sent", tcp->resets_sent);
    results_set(object, "unsent", tcp->unsent);
    results_set(object, "timers_fired", tcp->timers_fired);
}

static void add_fragments(json_t *host, const struct host_sw_stats *sw,
                          const struct ip_reassembly_stats *stats)
{
    static const struct ip_reassembly_stats none;
    json_t *object = results_add_object(host, "fragments");
    stats = stats ? stats : &none;
    results_set(object, "received", stats->fragments);
    results_set(object, "whole", stats->whole);
    results_set(object, "of_connections", sw->reassembled);
    results_set(object, "copies", stats->copies);
    results_set(object, "malformed", stats->malformed);
    results_set(object, "overlaps", stats->overlaps);
    results_set(object, "full", stats->full);
    results_set(object, "timeouts", stats->timeouts);
    results_set(object, "evicted", stats->evicted);
}

void results_add_host(json_t *root, const struct results_input *in)
{
    const struct host_sw_stats *sw = host_sw_get_stats(in->host_sw);
    json_t *host = results_add_object(root, "host");
    results_set(host, "records", sw->records);
    results_set(host, "events", sw->events);
    results_set(host, "foreign_frames", sw->foreign_frames);
    results_set(host, "syns", sw->syns);
    results_set(host, "arp_answers", sw->arp_answers);
    results_set(host, "neighbour_answers", sw->neighbour_answers);
    results_set(host, "echo_answers", sw->echo_answers);
    results_set(host, "echo_replies", sw->echo_replies);
    results_set(host, "icmp_unreachable", sw->icmp_unreachable);
    results_set(host, "icmp_too_big", sw->icmp_too_big);
    results_set(host, "icmp_time_exceeded", sw->icmp_time_exceeded);
    results_set(host, "icmp_parameter_problem", sw->icmp_parameter_problem);
    results_set(host, "icmp_errors_of_connections", sw->icmp_errors_of_connections);
    results_set(host, "icmp_ignored", sw->icmp_ignored);
    results_set(host, "notices", sw->notices);
    add_host_tcp(host, sw, host_sw_get_tcp_stats(in->host_sw));
    add_fragments(host, sw, host_sw_get_fragment_stats(in->host_sw));
    results_set(host, "challenges_refused", host_sw_challenges_refused(in->host_sw));
    results_set(host, "stale_events", sw->stale_events);
    results_set(host, "nics_lost", sw->nics_lost);
    results_set(host, "recoveries", sw->recoveries);
    results_set(host, "recoveries_failed", sw->recoveries_failed);
    results_set(host, "stale_doorbells", sw->stale_doorbells);
    results_set(host, "steps", in->host->steps);
    results_set(host, "busy_ns", in->host->busy_ps / PS_PER_NS);
    results_set(host, "interrupts", in->host->interrupts);
    results_set(host, "polls", in->host->polls);
    results_set(host, "mmio_reads", in->host->mmio_reads);
    results_set(host, "mmio_writes", in->host->mmio_writes);
    results_set(host, "dma_reads_llc", in->host->dma_reads_llc);
    results_set(host, "dma_reads_dram", in->host->dma_reads_dram);
    results_set(host, "iotlb_hits", in->host->iotlb_hits);
    results_set(host, "iotlb_misses", in->host->iotlb_misses);
}
