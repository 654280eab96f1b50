// Collects the results of a run from all models.
#include "host-sw/server/host_sw.h"
#include "models/check/move/check_move.h"
#include "sim/testbed/testbed.h"

uint64_t testbed::frames_on_links() const
{
    uint64_t frames = 0;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        const mac_stats *stats = mac_get_stats(mac_[MAC_NIC0 + nic]);
        frames += stats->rx_frames + stats->tx_frames;
    }
    return frames;
}

uint64_t testbed::kernel_events() const { return clock_->runs() + core_->resumes(); }

void testbed::fill_perf(results_perf *perf) const
{
    perf->frames = frames_on_links();
    perf->kernel_events = kernel_events();
    uint64_t ns = 0, cycles = 0;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        perf->cycles_run += cache_stats_[nic].cycles_run;
        if (!cache_[nic])
            continue;
        ctx_cache_rtl_cost cost = ctx_cache_rtl_get_cost(cache_[nic]);
        ns += cost.ns;
        cycles += cost.cycles;
    }
    if (cycles > 0)
        perf->cache_ns = ns * perf->cycles_run / cycles;
}

size_t testbed::pcie_config_dump(char *text, size_t size)
{
    size_t len = 0;
    for (pcie_link *link : link_)
        len += pcie_link_config_dump(link, text + len, size - len);
    return len;
}

// The driver, the rows of moves.csv and the checker count transfers independently of each other,
// and the three counts must agree.
void testbed::check_move_sums(uint64_t now_ps)
{
    const host_sw_stats *sw = host_sw_get_stats(software_);
    for (int k = 0; k < TRANSFER_KIND_COUNT; k++) {
        auto kind = static_cast<transfer_kind>(k);
        const transfer_counts &counts = sw->transfers[k];
        check_transfers reported = {counts.started, counts.completed, counts.failed,
                                    counts.cancelled, host_sw_transfers_open(software_, kind)};
        check_count_transfers(check_, "the driver", kind, &reported, now_ps);
        move_counts rows = move_log_counts(moves_, kind);
        reported = {rows.total, rows.by_outcome[MOVE_COMPLETED], rows.by_outcome[MOVE_FAILED],
                    rows.by_outcome[MOVE_CANCELLED], rows.by_outcome[MOVE_RUNNING]};
        check_count_transfers(check_, "moves.csv", kind, &reported, now_ps);
    }
}

void testbed::fill_results(results_input *in) const
{
    in->config = &config_;
    in->sim_time_ps = sc_now_ps();
    in->complete = complete_;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        in->mac[nic] = mac_get_stats(mac_[MAC_NIC0 + nic]);
        in->pcie[nic] = pcie_link_stats(link_[nic]);
        in->engine[nic] = toe_engine_stats(slot_[nic].engine);
        in->cache[nic] = &cache_stats_[nic];
        in->cache_sets[nic] =
            cache_[nic] ? ctx_cache_rtl_set_stats(cache_[nic], &in->cache_set_count[nic]) : nullptr;
    }
    for (unsigned m = 0; m < 4; m++)
        in->other_macs[m] = mac_get_stats(mac_[MAC_SWITCH0 + m]);
    for (unsigned link = 0; link < SIM_LINK_COUNT; link++)
        for (unsigned way = 0; way < 2; way++)
            in->line_faults[link][way] = mac_fault_stats(targets_.line_receiver[link][way]);
    in->lan_switch = lan_switch_get_stats(switch_);
    in->host_sw = software_;
    in->app_calls = app_watch_get_stats(app_watch_);
    in->host = host_cpu_stats(cpu_);
    in->check = check_;
    in->moves = moves_;
    in->capture = capture_;
    in->replay = replay_.self ? &replay_ : nullptr;
    in->gen = gen_;
    bool asks = gen_ && config_.gen.direction == GEN_REQUESTS;
    in->request_latency = asks ? &request_latency_ : nullptr;
    in->flood = flood_ ? syn_flood_get_stats(flood_) : nullptr;
    in->external_frames = external_frames_;
    in->waves = wave_window_counts(&window_);
}

void testbed::fill_counters(results_input *in) const
{
    fill_results(in);
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        in->cache[nic] =
            golden_[nic] ? ctx_cache_model_stats(golden_[nic]) : ctx_cache_rtl_stats(cache_[nic]);
}
