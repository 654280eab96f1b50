#include "sim/results/results_host.h"
#include "host-sw/transfer/nic_places.h"

#include "sim/results/results.h"
#include "sim/results/results_json.h"

#include "host-sw/mechanism/mechanism.h"
#include "host-sw/mechanism/mechanism_table.h"
#include "host-sw/stack/host_tcp.h"
#include "models/wire/ip_reassembly.h"

#define SET(type, member, section, key, unit, meaning) results_set(object, key, sw->member);
#define SET_HOST(type, member, section, key, unit, meaning) results_set(host, key, sw->member);

static void add_host_tcp(json_t *host, const struct host_sw_stats *sw,
                         const struct host_tcp_stats *tcp)
{
    json_t *object = results_add_object(host, "tcp");
    SERVER_STATS_HOST_OPENED(SET)
    results_set(object, "onloaded", sw->transfers[TRANSFER_ONLOAD].completed);
    results_set(object, "reoffloaded", sw->transfers[TRANSFER_OFFLOAD].completed);
    SERVER_STATS_HOST_KEPT(SET)
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
    results_set(object, "reassembled", stats->reassembled);
    SERVER_STATS_FRAGMENTS(SET)
    results_set(object, "copies", stats->copies);
    results_set(object, "malformed", stats->malformed);
    results_set(object, "overlaps", stats->overlaps);
    results_set(object, "full", stats->full);
    results_set(object, "timeouts", stats->timeouts);
    results_set(object, "evicted", stats->evicted);
}

/* What each core did, if there are several. */
static void add_cores(json_t *host, const struct results_input *in)
{
    if (in->config->host.cores == 1)
        return;
    json_t *cores = json_array();
    for (uint32_t i = 0; i < in->config->host.cores; i++) {
        const struct host_core_stats *core = &in->host->core[i];
        json_t *object = json_object();
        results_set(object, "busy_ns", core->busy_ps / PS_PER_NS);
        results_set(object, "lock_wait_ns", core->lock_wait_ps / PS_PER_NS);
        results_set(object, "locks", core->locks);
        results_set(object, "remote_lines", core->remote_lines);
        json_array_append_new(cores, object);
    }
    json_object_set_new(host, "cores", cores);
}

void results_add_host(json_t *root, const struct results_input *in)
{
    const struct host_sw_stats *sw = host_sw_get_stats(in->host_sw);
    json_t *host = results_add_object(root, "host");
    SERVER_STATS_RECORDS(SET_HOST)
    add_host_tcp(host, sw, host_sw_get_tcp_stats(in->host_sw));
    add_fragments(host, sw, host_sw_get_fragment_stats(in->host_sw));
    results_set(host, "challenges_refused", host_sw_challenges_refused(in->host_sw));
    SERVER_STATS_NICS(SET_HOST)
    if (mechanism_table[in->config->team.mechanism]->checkpoint_lines) {
        SERVER_STATS_CHECKPOINTS(SET_HOST)
    }
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
    add_cores(host, in);
}
