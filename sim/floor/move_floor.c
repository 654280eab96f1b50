#include "sim/floor/move_floor.h"

#include "models/hwif/ctx_enums.h"
#include "models/hwif/nic_desc.h"
#include "models/pcie/wire/pcie_rate.h"
#include "models/pcie/wire/pcie_split.h"
#include "sim/scenario/scenario.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The shortest answers of the context cache, in its cycles (docs/reload.md, section 3). */
enum { LOOKUP_CYCLES = 5, FREEZE_CYCLES = 7, EXTRACT_CYCLES = 12, INSTALL_CYCLES = 24 };

enum { FRAME_BYTES = 54, DOORBELL_BYTES = 4 }; /* Ethernet, IPv4 and TCP without options */

const char *move_floor_phase_name(enum move_floor_phase phase)
{
    static const char *const names[] = {"detect",  "notify", "command",  "quiesce",
                                        "extract", "decide", "transfer", "install"};
    static_assert(sizeof names / sizeof names[0] == MOVE_FLOOR_PHASES, "a name for each phase");
    assert(phase < MOVE_FLOOR_PHASES);
    return names[phase];
}

static uint64_t wire_ps(const struct pcie_params *pcie, uint64_t bytes)
{
    uint64_t ticks = bytes * pcie_rate_ticks_per_byte(pcie->gen, pcie->lanes);
    return pcie_time_ps(pcie_time_add((struct pcie_time){0, 0}, ticks));
}

/* Returns the bytes of the packets that a write of `len` bytes takes, and of the last one of them. */
static uint64_t write_bytes(const struct pcie_params *pcie, uint32_t len, uint32_t *last)
{
    uint64_t bytes = 0;
    for (uint32_t at = 0; at < len;) {
        uint32_t part = pcie_split_request(at, len - at, pcie->mps_bytes);
        *last = pcie_split_wire_bytes(PCIE_TLP_MWR, 0, part);
        bytes += *last;
        at += part;
    }
    return bytes;
}

/* A write by the host until the NIC has it. */
static uint64_t mmio_ps(const struct pcie_params *pcie, uint32_t len)
{
    uint32_t last;
    return wire_ps(pcie, write_bytes(pcie, len, &last)) + pcie->propagation_ps;
}

/* Writes by the NIC, one behind the other, until the host's memory has both. */
static uint64_t dma_write_ps(const struct pcie_params *pcie, uint32_t first, uint32_t second)
{
    uint32_t last;
    uint64_t bytes = write_bytes(pcie, first, &last) + write_bytes(pcie, second, &last);
    return wire_ps(pcie, bytes) + pcie->propagation_ps + pcie->root_write_ps;
}

static uint64_t dma_read_ps(const struct sim_config *config, const struct pcie_params *pcie,
                            uint32_t len)
{
    uint64_t bytes = pcie_split_wire_bytes(PCIE_TLP_MRD, 0, len);
    for (uint32_t at = 0; at < len;) {
        uint32_t part = pcie_split_completion(at, len - at, pcie->mps_bytes, pcie->rcb_bytes,
                                              pcie->completion_each_rcb);
        bytes += pcie_split_wire_bytes(PCIE_TLP_CPLD, at, part);
        at += part;
    }
    const struct host_params *host = &config->host;
    uint64_t memory_ps = host->llc_hit_ps < host->dram_ps ? host->llc_hit_ps : host->dram_ps;
    return wire_ps(pcie, bytes) + 2 * pcie->propagation_ps + pcie->root_read_ps + memory_ps;
}

/* An image from NIC to NIC: all of it on the link of the old one, its last packet on the other. */
static uint64_t across_ps(const struct pcie_params *from, const struct pcie_params *to)
{
    uint32_t last;
    uint64_t bytes = write_bytes(from, CTX_BYTES, &last);
    return wire_ps(from, bytes) + from->propagation_ps + from->root_write_ps + to->propagation_ps +
           wire_ps(to, last);
}

/* A command on its way, which the NIC gets at once or after a doorbell. */
static uint64_t command_ps(const struct sim_config *config, const struct pcie_params *pcie)
{
    if (config->team.pushes_commands)
        return mmio_ps(pcie, sizeof(struct nic_cmd));
    return mmio_ps(pcie, DOORBELL_BYTES) + dma_read_ps(config, pcie, sizeof(struct nic_cmd));
}

/* What it costs the core to issue a command. */
static uint64_t issue_ps(const struct sim_config *config)
{
    const uint64_t *cost = config->host.cost_ps;
    return cost[CPU_COST_COMMAND] +
           cost[config->team.pushes_commands ? CPU_COST_LINE : CPU_COST_DOORBELL];
}

static uint64_t cycles_ps(const struct sim_nic *nic, uint64_t cycles)
{
    return cycles * (nic->cache_cycle_ps ? nic->cache_cycle_ps : nic->engine.cycle_ps);
}

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

bool move_floor(const struct sim_config *config, const char *mechanism, unsigned to,
                struct move_floor *floor)
{
    static const char *const known[] = {"host-pull",         "host-pull-batched", "host-push",
                                        "peer-to-peer",      "drain-first",       "rebuild",
                                        "forward-then-move", "checkpoint"};
    assert(to < NIC_COUNT);
    if (!is_one_of(mechanism, known, sizeof known / sizeof known[0]))
        return false;
    const struct sim_nic *a = &config->nic[1 - to], *b = &config->nic[to];
    const struct host_params *host = &config->host;
    bool interrupts = host->notify == HOST_NOTIFY_INTERRUPT;
    bool is_push = strcmp(mechanism, "host-push") == 0;
    bool is_across = strcmp(mechanism, "peer-to-peer") == 0;
    uint64_t notify_ps = interrupts ? host->interrupt_ps : 0;
    uint64_t look_ps =
        host->cost_ps[CPU_COST_POLL] + (interrupts ? host->cost_ps[CPU_COST_IRQ_ENTRY] : 0);
    uint64_t *phase = floor->phase_ps;

    phase[MOVE_FLOOR_DETECT] = b->mac.latency_rx_ps + b->engine.parse_cycles * b->engine.cycle_ps +
                               cycles_ps(b, LOOKUP_CYCLES) +
                               dma_write_ps(&b->pcie, FRAME_BYTES, sizeof(struct nic_record));
    phase[MOVE_FLOOR_NOTIFY] = notify_ps;
    phase[MOVE_FLOOR_COMMAND] = look_ps + host->cost_ps[CPU_COST_RECORD] +
                                host->cost_ps[CPU_COST_FOREIGN] + host->cost_ps[CPU_COST_LOOKUP] +
                                issue_ps(config) + command_ps(config, &a->pcie);
    phase[MOVE_FLOOR_QUIESCE] = cycles_ps(a, FREEZE_CYCLES);
    phase[MOVE_FLOOR_EXTRACT] =
        cycles_ps(a, EXTRACT_CYCLES) +
        (is_across ? across_ps(&a->pcie, &b->pcie)
                   : dma_write_ps(&a->pcie, CTX_BYTES, sizeof(struct nic_event)) + notify_ps);
    phase[MOVE_FLOOR_DECIDE] = look_ps + host->cost_ps[CPU_COST_EVENT] +
                               host->cost_ps[CPU_COST_IMAGE_CHECK] + issue_ps(config) +
                               (is_push ? CTX_LINES * host->cost_ps[CPU_COST_LINE] : 0);
    phase[MOVE_FLOOR_TRANSFER] =
        command_ps(config, &b->pcie) + (is_push ? 0 : dma_read_ps(config, &b->pcie, CTX_BYTES));
    phase[MOVE_FLOOR_INSTALL] = cycles_ps(b, INSTALL_CYCLES);
    if (is_across)
        phase[MOVE_FLOOR_DECIDE] = phase[MOVE_FLOOR_TRANSFER] = 0;

    floor->reload_ps = floor->blackout_ps = 0;
    for (unsigned i = 0; i < MOVE_FLOOR_PHASES; i++) {
        floor->reload_ps += phase[i];
        floor->blackout_ps += i >= MOVE_FLOOR_EXTRACT ? phase[i] : 0;
    }
    return true;
}

struct sim_config *move_floor_config(const char *folder)
{
    char path[SIM_PATH_MAX];
    struct error ignored = {STATUS_OK, ""};
    struct sim_config *config = malloc(sizeof *config);
    int length = snprintf(path, sizeof path, "%s/effective.yaml", folder);
    if (config && length < (int)sizeof path &&
        scenario_load(path, NULL, 0, config, &ignored) == STATUS_OK)
        return config;
    free(config);
    return NULL;
}
