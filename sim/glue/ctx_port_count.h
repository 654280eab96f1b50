/* The cache's one-cycle pulses, counted. */
#ifndef TOESIM_SIM_GLUE_CTX_PORT_COUNT_H
#define TOESIM_SIM_GLUE_CTX_PORT_COUNT_H

extern "C" {
#include "models/hwif/ctx_store.h"
}

#include <vector>

/* After each edge. sets: one per set of the cache. */
template <class Model>
void ctx_port_count(const Model &m, ctx_store_stats &stats, std::vector<ctx_set_stats> &sets)
{
    stats.lookups += m.evt_lookup_o;
    stats.displacements += m.evt_displace_o;
    stats.clashes += m.evt_clash_o;
    if (m.evt_hit_o | m.evt_miss_o | m.evt_eviction_o) {
        ctx_set_stats &set = sets[m.evt_conn_o % sets.size()];
        stats.hits += m.evt_hit_o;
        stats.misses += m.evt_miss_o;
        stats.evictions += m.evt_eviction_o;
        set.hits += m.evt_hit_o;
        set.misses += m.evt_miss_o;
        set.evictions += m.evt_eviction_o;
    }
    stats.writebacks += m.evt_writeback_o;
    stats.extracts += m.evt_extract_o;
    stats.freezes_cold += m.evt_freeze_cold_o;
    stats.installs += m.evt_install_o;
    stats.reserves += m.evt_reserve_o;
    stats.releases += m.evt_release_o;
    stats.removes += m.evt_remove_o;
    stats.freezes += m.evt_freeze_o;
    if (m.evt_lock_wait_o)
        stats.lock_waits += static_cast<unsigned>(__builtin_popcount(m.evt_lock_wait_o));
    stats.flips += m.evt_inject_o && m.evt_inject_hit_o;
    stats.flips_missed += m.evt_inject_o && !m.evt_inject_hit_o;
    stats.tag_errors += m.evt_tag_error_o;
    stats.bad_reads += m.evt_bad_read_o;
    stats.bad_victims += m.evt_bad_victim_o;
}

/* At an edge with a FREEZE: where it has found the context. */
template <class Model> uint8_t ctx_port_frozen_at(const Model &m)
{
    return m.evt_freeze_cold_o ? CTX_PLACE_COLD : CTX_PLACE_HOT;
}

#endif
