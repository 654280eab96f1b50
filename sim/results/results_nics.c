#include "sim/results/results_nics.h"

#include "sim/results/results.h"
#include "sim/results/results_json.h"

#include "host-sw/driver/nic_error.h"
#include "host-sw/mechanism/mechanism.h"
#include "host-sw/mechanism/mechanism_table.h"
#include "models/base/drop_reason.h"
#include "models/hwif/nic_regs.h"

/* Adds the traffic, the queue and the verdicts of one port. */
void results_add_port(json_t *object, const struct mac_stats *mac)
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
    results_set(object, "rx_frames", mac->rx_frames);
    results_set(object, "rx_bytes", mac->rx_bytes);
    results_set(object, "tx_frames", mac->tx_frames);
    results_set(object, "tx_bytes", mac->tx_bytes);
    results_set(object, "tx_queue_max", mac->tx_queue_max);
    uint64_t mean_ps = mac->tx_frames ? mac->tx_wait_ps_total / mac->tx_frames : 0;
    results_set(object, "tx_wait_mean_ns", mean_ps / PS_PER_NS);
    results_set(object, "tx_wait_max_ns", mac->tx_wait_ps_max / PS_PER_NS);
    results_set(object, "tx_pause", mac->tx_pause);
    results_set(object, "rx_pause", mac->rx_pause);
    results_set(object, "rx_pfc", mac->rx_pfc);
    results_set(object, "tx_slow", mac->tx_slow);
    results_set(object, "rx_slow", mac->rx_slow);
    results_set(object, "lacp_losses", mac->lacp_losses);
    results_set(object, "rx_bad_fcs_passed", mac->rx_bad_fcs_passed);
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++)
        results_set(object, verdicts[i].key, mac->drops.count[verdicts[i].reason]);
}

static void add_mac(json_t *nic, const struct mac_stats *mac)
{
    results_add_port(results_add_object(nic, "mac"), mac);
}

/* Adds the errors that the NIC's driver was notified of and those that it found. */
static void add_driver(json_t *nic, const struct nic_error_counts *errors)
{
    json_t *object = results_add_object(nic, "driver");
    results_set(object, "error_interrupts", errors->interrupts);
    for (int i = 0; i < NIC_ERROR_COUNT; i++)
        results_set(object, nic_error_names[i], errors->seen[i]);
}

static void add_pcie(json_t *nic, const struct pcie_stats *pcie)
{
    json_t *object = results_add_object(nic, "pcie");
    results_set(object, "tlps_up", pcie->tlps_up);
    results_set(object, "tlps_down", pcie->tlps_down);
    results_set(object, "bytes_up", pcie->bytes_up);
    results_set(object, "bytes_down", pcie->bytes_down);
    results_set(object, "writes", pcie->writes);
    results_set(object, "reads", pcie->reads);
    results_set(object, "msix", pcie->msix);
    results_set(object, "mmio_writes", pcie->mmio_writes);
    results_set(object, "mmio_reads", pcie->mmio_reads);
    results_set(object, "discarded", pcie->discarded);
    results_set(object, "tags_used_max", pcie->tags_used_max);
    results_set(object, "tag_stalls", pcie->tag_stalls);
    results_set(object, "skps", pcie->skps);
    results_set(object, "acks", pcie->acks);
    results_set(object, "naks", pcie->naks);
    results_set(object, "updatefcs", pcie->updatefcs);
    results_set(object, "initfcs", pcie->initfcs);
    results_set(object, "credit_stalls", pcie->credit_stalls);
    results_set(object, "bad_tlps", pcie->bad_tlps);
    results_set(object, "bad_dllps", pcie->bad_dllps);
    results_set(object, "acks_lost", pcie->acks_lost);
    results_set(object, "replays", pcie->replays);
    results_set(object, "replayed_tlps", pcie->replayed_tlps);
    results_set(object, "replay_timeouts", pcie->replay_timeouts);
    results_set(object, "retrains", pcie->retrains);
    results_set(object, "poisoned", pcie->poisoned);
    results_set(object, "completion_timeouts", pcie->completion_timeouts);
    results_set(object, "completer_aborts", pcie->completer_aborts);
    results_set(object, "link_downs", pcie->link_downs);
    results_set(object, "resets", pcie->resets);
    results_set(object, "master_offs", pcie->master_offs);
    results_set(object, "messages", pcie->messages);
    results_set(object, "peer_reads", pcie->peer_reads);
    results_set(object, "peer_writes", pcie->peer_writes);
    results_set(object, "peer_refused", pcie->peer_refused);
    results_set(object, "unclaimed", pcie->unclaimed);
}

static void add_engine(json_t *nic, const struct toe_stats *e, const struct host_sw_params *team)
{
    json_t *object = results_add_object(nic, "engine");
    results_set(object, "rx_frames", e->rx_frames);
    results_set(object, "rx_injected", e->rx_injected);
    results_set(object, "rx_applied", e->rx_applied);
    results_set(object, "rx_parked", e->rx_parked);
    results_set(object, "rx_foreign", e->rx_foreign);
    results_set(object, "rx_dropped", e->rx_dropped);
    results_set(object, "rx_payload_bytes", e->rx_payload_bytes);
    results_set(object, "tx_frames", e->tx_frames);
    results_set(object, "tx_acks", e->tx_acks);
    results_set(object, "tx_payload_bytes", e->tx_payload_bytes);
    results_set(object, "tx_retransmissions", e->tx_retransmissions);
    results_set(object, "tx_resets", e->tx_resets);
    results_set(object, "tx_host_frames", e->tx_host_frames);
    results_set(object, "timers_fired", e->timers_fired);
    results_set(object, "challenges_refused", e->challenges.refused);
    results_set(object, "commands", e->commands);
    if (team->pushes_commands) {
        results_set(object, "commands_pushed", e->commands_pushed);
        results_set(object, "pushes_refused", e->pushes_refused);
    }
    if (mechanism_table[team->mechanism]->nic_capabilities & NIC_CAPABILITY_IMAGE_SLOTS) {
        results_set(object, "images_taken", e->images_taken);
        results_set(object, "images_refused", e->images_refused);
        results_set(object, "image_writes_refused", e->image_writes_refused);
    }
    if (mechanism_table[team->mechanism]->checkpoint_lines)
        results_set(object, "checkpoints", e->checkpoints);
    results_set(object, "stale_doorbells", e->stale_doorbells);
    results_set(object, "records", e->records);
    results_set(object, "events", e->events);
    results_set(object, "installs", e->installs);
    results_set(object, "freezes", e->freezes);
    results_set(object, "terminated", e->terminated);
    results_set(object, "closed", e->closed);
    results_set(object, "active_max", e->active_max);
    results_set(object, "rx_queue_max", e->rx_queue_max);
    results_set(object, "tx_queue_max", e->tx_queue_max);
}

static void add_cache(json_t *nic, const struct ctx_store_stats *c)
{
    json_t *object = results_add_object(nic, "ctx_cache");
    results_set(object, "lookups", c->lookups);
    results_set(object, "hits", c->hits);
    results_set(object, "misses", c->misses);
    results_set(object, "evictions", c->evictions);
    results_set(object, "writebacks", c->writebacks);
    results_set(object, "extracts", c->extracts);
    results_set(object, "extracts_cold", c->freezes_cold);
    results_set(object, "installs", c->installs);
    results_set(object, "reserves", c->reserves);
    results_set(object, "releases", c->releases);
    results_set(object, "clashes", c->clashes);
    results_set(object, "removes", c->removes);
    results_set(object, "freezes", c->freezes);
    results_set(object, "lock_waits", c->lock_waits);
    results_set(object, "flips", c->flips);
    results_set(object, "flips_missed", c->flips_missed);
    results_set(object, "tag_errors", c->tag_errors);
    results_set(object, "bad_reads", c->bad_reads);
    results_set(object, "bad_victims", c->bad_victims);
    results_set(object, "cycles_run", c->cycles_run);
    results_set(object, "cycles_skipped", c->cycles_skipped);
}

void results_add_nics(json_t *root, const struct results_input *in)
{
    json_t *nics = json_array();
    json_object_set_new(root, "nics", nics);
    for (unsigned n = 0; n < NIC_COUNT; n++) {
        json_t *nic = json_object();
        json_object_set_new(nic, "name", json_sprintf("nic%u", n));
        add_mac(nic, in->mac[n]);
        add_pcie(nic, in->pcie[n]);
        add_driver(nic, host_sw_errors(in->host_sw, n));
        add_engine(nic, in->engine[n], &in->config->team);
        add_cache(nic, in->cache[n]);
        json_array_append_new(nics, nic);
    }
}
