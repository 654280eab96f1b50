/* The results of a run: stats.json, perf.json, moves.csv, conns.csv, cache_sets.csv and summary.txt. */
#ifndef TOESIM_SIM_RESULTS_H
#define TOESIM_SIM_RESULTS_H

#include "host-sw/app/app_watch.h"
#include "models/check/check.h"
#include "models/hwif/ctx_store.h"
#include "models/stats/move_log.h"
#include "sim/scenario/config.h"
#include "sim/testbed/wave_window.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Everything that the reports read. All pointers are borrowed for the call. */
struct results_input {
    const struct sim_config *config;
    uint64_t sim_time_ps;
    bool complete; /* false: interrupted or ended by a violation */
    const struct mac_stats *mac[NIC_COUNT];
    const struct pcie_stats *pcie[NIC_COUNT];
    const struct toe_stats *engine[NIC_COUNT];
    const struct ctx_store_stats *cache[NIC_COUNT];
    const struct ctx_set_stats *cache_sets[NIC_COUNT]; /* null: the golden model has no clock */
    uint32_t cache_set_count[NIC_COUNT];
    const struct mac_stats *other_macs[4]; /* switch's member ports and uplink, the peers' */
    const struct line_fault_stats *line_faults[SIM_LINK_COUNT][2]; /* to the server, to the peers */
    const struct lan_switch_stats *lan_switch;
    const struct host_sw *host_sw;
    const struct app_watch_stats *app_calls; /* what the application was told */
    const struct host_stats *host;
    const struct check *check;
    const struct move_log *moves;
    const struct capture *capture;       /* null without replay */
    const struct replay_side *replay;    /* null without replay */
    const struct syn_flood_stats *flood; /* null: none */
    const struct gen_peer *gen;          /* null without generator */
    struct samples *request_latency;     /* in ns; null unless the generator makes requests */
    bool rechecked;      /* the damaged and stalled ones were replayed again under nic0 */
    bool recheck_failed; /* that was wanted, but came to nothing */
    uint64_t damaged_nic0, stalled_nic0; /* and so many of them are that there too */
    uint64_t external_frames;            /* given by the caller of external traffic */
    struct wave_counts
        waves; /* moves that the waves show; not in stats.json, as nobody's look changes that */
};

/* Wall times. They differ from run to run, so they go to perf.json only. */
struct results_perf {
    uint64_t wall_us;    /* since the process has started */
    uint64_t reading_us; /* of it: reading the capture */
    uint64_t cpu_us;     /* of the process, user and system: comparable on a busy machine too */
    uint64_t frames;     /* on links 0 and 1, both directions */
    uint64_t cycles_run;
    uint64_t cache_ns; /* wall time inside the cache step, when measured; else 0 */
    uint64_t kernel_events;
    uint64_t memory_peak_kib;
};

#ifdef __cplusplus
}
#endif

#endif
