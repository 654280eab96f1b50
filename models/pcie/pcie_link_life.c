#include "models/pcie/pcie_link_life.h"

#include "models/pcie/pcie_dma.h"
#include "models/pcie/pcie_endpoint.h"
#include "models/pcie/pcie_fault_pvt.h"
#include "models/pcie/pcie_link_pvt.h"
#include "models/pcie/pcie_root_pvt.h"
#include "models/pcie/wire/pcie_wire_dll.h"

#include <assert.h>
#include <stdlib.h>

/* Infinite credits are not reported. */
static void init_completions(struct pcie_flow *flow, const struct pcie_credits *credits,
                             uint32_t mps_bytes)
{
    flow->capacity = (struct pcie_units){credits->completion_headers, credits->completion_data};
    flow->urgent = (struct pcie_units){1, mps_bytes / PCIE_CREDIT_BYTES};
    if (flow->capacity.headers == 0 && flow->capacity.data == 0) {
        flow->period_ps = TIME_NEVER;
        pcie_flow_reset(flow, 0);
    }
}

/* Sets up the flows. The credits of each direction are those that the receiver at its end advertises. */
static void init_dll(struct pcie_link *link)
{
    const struct pcie_params *params = &link->params;
    const struct pcie_credits *credits[2] = {&params->root_credits, &params->endpoint_credits};
    uint32_t timer_mps = params->timer_mps_bytes ? params->timer_mps_bytes : params->mps_bytes;
    for (int d = 0; d < 2; d++) {
        struct pcie_wire *wire = &link->wires[d];
        pcie_wire_dll_init(wire, &link->wires[1 - d], params->gen, params->lanes, timer_mps);
        wire->flows[PCIE_FLOW_P].capacity =
            (struct pcie_units){credits[d]->posted_headers, credits[d]->posted_data};
        wire->flows[PCIE_FLOW_P].urgent =
            (struct pcie_units){1, params->mps_bytes / PCIE_CREDIT_BYTES};
        wire->flows[PCIE_FLOW_NP].capacity =
            (struct pcie_units){credits[d]->nonposted_headers, credits[d]->nonposted_data};
        wire->flows[PCIE_FLOW_NP].urgent = (struct pcie_units){1, 1};
        init_completions(&wire->flows[PCIE_FLOW_CPL], credits[d], params->mps_bytes);
        wire->flows[PCIE_FLOW_ACK].capacity.data = params->replay_bytes;
        wire->retrain_ps = params->retrain_ps;
    }
}

/* Lists every ring with a due time, and the function to call when its first TLP is due. */
static void init_timed(struct pcie_link *link)
{
    const struct pcie_timed timed[PCIE_TIMED_COUNT] = {
        [PCIE_TIMED_UPSTREAM] = {&link->flying[PCIE_UP], pcie_root_on_upstream},
        [PCIE_TIMED_DOWNSTREAM] = {&link->flying[PCIE_DOWN], pcie_endpoint_on_downstream},
        [PCIE_TIMED_ANSWERING] = {&link->answering, pcie_endpoint_on_request},
        [PCIE_TIMED_SAMPLING] = {&link->sampling, pcie_root_on_sample},
        [PCIE_TIMED_TIMEOUTS] = {&link->timeouts, pcie_dma_on_timeout},
        [PCIE_TIMED_FORMING] = {&link->forming, pcie_root_on_formed},
    };
    for (int i = 0; i < PCIE_TIMED_COUNT; i++) {
        assert(timed[i].ring && timed[i].run);
        link->timed[i] = timed[i];
        pcie_ring_init(timed[i].ring, sizeof(struct pcie_tlp));
    }
}

struct pcie_link *pcie_link_create(const struct pcie_params *params, unsigned nic,
                                   struct pcie_device device, struct pcie_host host,
                                   const struct waker *waker, const struct probe *probe)
{
    assert(pcie_params_check(params, NULL) == STATUS_OK);
    assert(device.ops && host.ops);
    struct pcie_link *link = calloc(1, sizeof *link);
    if (!link)
        return NULL;
    link->params = *params;
    link->nic = nic;
    link->device = device;
    link->host = host;
    link->waker = waker;
    link->probe = probe;
    link->stop_master = pcie_fault_stop_master;
    link->up = true;
    link->master = true;
    struct pcie_config_shape shape = {
        nic, params->gen, params->lanes, params->mps_bytes, params->mrrs_bytes, params->tags};
    pcie_config_init(&link->config, &shape);
    pcie_rootport_init(&link->rootport, nic, params->gen, params->lanes, params->mps_bytes,
                       params->p2p);
    uint64_t ticks = pcie_rate_ticks_per_byte(params->gen, params->lanes);
    for (int d = 0; d < 2; d++)
        pcie_wire_init(&link->wires[d], ticks, params->propagation_ps);
    if (params->dll)
        init_dll(link);
    init_timed(link);
    pcie_ring_init(&link->peering, sizeof(struct pcie_tlp));
    pcie_ring_init(&link->notes, sizeof(struct pcie_note));
    pcie_cells_init(&link->cells, params->mps_bytes);
    pcie_dma_init(link);
    return link;
}

void pcie_link_destroy(struct pcie_link *link)
{
    if (!link)
        return;
    for (int d = 0; d < 2; d++)
        pcie_wire_free(&link->wires[d]);
    for (int i = 0; i < PCIE_TIMED_COUNT; i++)
        pcie_ring_free(link->timed[i].ring);
    pcie_ring_free(&link->peering);
    pcie_ring_free(&link->notes);
    pcie_cells_free_all(&link->cells);
    pcie_dma_free(link);
    free(link);
}

struct pcie_endpoint pcie_link_endpoint(struct pcie_link *link)
{
    return (struct pcie_endpoint){&pcie_dma_ops, link};
}

static void add_wire(struct pcie_stats *stats, const struct pcie_wire_stats *wire)
{
    stats->skps += wire->skps;
    stats->acks += wire->acks;
    stats->naks += wire->naks;
    stats->updatefcs += wire->updatefcs;
    stats->initfcs += wire->initfcs;
    stats->credit_stalls += wire->credit_stalls;
    stats->bad_tlps += wire->bad_tlps;
    stats->bad_dllps += wire->bad_dllps;
    stats->acks_lost += wire->acks_lost;
    stats->replays += wire->replays;
    stats->replayed_tlps += wire->replayed_tlps;
    stats->replay_timeouts += wire->replay_timeouts;
    stats->retrains += wire->retrains;
}

const struct pcie_stats *pcie_link_stats(struct pcie_link *link)
{
    link->totals = link->stats;
    for (int d = 0; d < 2; d++)
        add_wire(&link->totals, &link->wires[d].stats);
    return &link->totals;
}

bool pcie_link_is_busy(const struct pcie_link *link)
{
    size_t items = link->peering.count + link->notes.count;
    for (int i = 0; i < PCIE_TIMED_COUNT; i++)
        items += link->timed[i].ring->count;
    for (int direction = 0; direction < 2; direction++)
        items += link->wires[direction].posted.count + link->wires[direction].nonposted.count;
    return items > 0 || link->read_active > 0;
}
