/* stats.json: what the server's software says of itself. */
#include "host-sw/stack/host_tcp.h"
#include "models/wire/ip_reassembly.h"
#include "sim/results_json.h"

void results_add_connections(json_t *root, const struct results_input *in)
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
    set_u64(connections, "embryonic_max", sw->embryonic_max);
    set_u64(connections, "cookies_sent", sw->cookies_sent);
    set_u64(connections, "cookies_good", sw->cookies_good);
    set_u64(connections, "cookies_bad", sw->cookies_bad);
    set_u64(connections, "connects", sw->connects);
    set_u64(connections, "connected", sw->connected);
    set_u64(connections, "connects_failed", sw->connects_failed);
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

static void add_fragments(json_t *host, const struct host_sw_stats *sw,
                          const struct ip_reassembly_stats *stats)
{
    static const struct ip_reassembly_stats none;
    json_t *object = add_object(host, "fragments");
    stats = stats ? stats : &none;
    set_u64(object, "received", stats->fragments);
    set_u64(object, "whole", stats->whole);
    set_u64(object, "of_connections", sw->wholes);
    set_u64(object, "copies", stats->copies);
    set_u64(object, "malformed", stats->malformed);
    set_u64(object, "overlaps", stats->overlaps);
    set_u64(object, "full", stats->full);
    set_u64(object, "timeouts", stats->timeouts);
    set_u64(object, "evicted", stats->evicted);
}

void results_add_host(json_t *root, const struct results_input *in)
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
    add_fragments(host, sw, host_sw_get_fragment_stats(in->host_sw));
    set_u64(host, "challenges_refused", host_sw_challenges_refused(in->host_sw));
    set_u64(host, "stale_events", sw->stale_events);
    set_u64(host, "nics_lost", sw->nics_lost);
    set_u64(host, "recoveries", sw->recoveries);
    set_u64(host, "recoveries_failed", sw->recoveries_failed);
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
