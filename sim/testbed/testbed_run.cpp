// Runs the testbed. Simulated time advances until the traffic is done, and then everything is
// checked.
#include "host-sw/server/host_sw.h"
#include "models/host/host_wait.h"
#include "sim/testbed/testbed.h"

#include "models/check/check_time.h"
#include "models/check/host/check_audit.h"

namespace
{
// After the traffic is done, frames in flight get their verdicts, and the last ACKs are exchanged.
constexpr uint64_t drain_ps = 5 * PS_PER_MS;
// A slow NIC may need longer for the frames that it has received. If a NIC makes no progress, the
// run ends after this time.
constexpr uint64_t drain_ps_max = PS_PER_S;
// Signals and the progress line are checked at least this often, which is each second of simulated
// time.
constexpr uint64_t quiet_slices_max = 10000;
} // namespace

void testbed::on_probe(const probe_event &event)
{
    if (event.kind == PROBE_FRAME_RX)
        director_on_progress(director_, event.now_ps);
    else
        server_timers_on_event(server_timers_, &event);
    if (check_violations_total(check_) && !sc_core::sc_end_of_simulation_invoked())
        sc_core::sc_stop();
}

void testbed::sample_every(uint64_t period_ps, void (*on_sample)(void *self), void *self)
{
    sample_period_ps_ = period_ps;
    sample_ps_ = period_ps;
    on_sample_ = on_sample;
    sampler_ = self;
}

// Runs up to end_ps, and stops on the way for samples. A sample before which nothing happens would equal the one before it,
// so it is left out.
void testbed::run_to(uint64_t end_ps)
{
    auto start_to = [this](uint64_t at_ps) {
        until_ps_ = at_ps;
        if (at_ps > sc_now_ps())
            sc_core::sc_start(sc_time_from_ps(at_ps - sc_now_ps()));
    };
    while (sample_ps_ <= end_ps && sc_core::sc_pending_activity() &&
           !sc_core::sc_end_of_simulation_invoked()) {
        uint64_t next = sc_now_ps() + sc_core::sc_time_to_pending_activity().value();
        if (next > sample_ps_)
            sample_ps_ = (next + sample_period_ps_ - 1) / sample_period_ps_ * sample_period_ps_;
        if (sample_ps_ > end_ps)
            break;
        start_to(sample_ps_);
        on_sample_(sampler_);
        sample_ps_ += sample_period_ps_;
    }
    if (!sc_core::sc_end_of_simulation_invoked())
        start_to(end_ps);
}

bool testbed::advance(uint64_t slice_ps, bool passes_quiet)
{
    uint64_t now = sc_now_ps();
    uint64_t end = u64_min(config_.duration_ps, end_ps_);
    until_ps_ = u64_min(now + slice_ps, end);
    // Nothing happens in the slices before the next event, so they can be passed in one step.
    if (passes_quiet && sc_core::sc_pending_activity()) {
        uint64_t next = sc_core::sc_time_to_pending_activity().value();
        uint64_t quiet = next > 0 ? (next - 1) / slice_ps : 0;
        until_ps_ = u64_min(until_ps_ + u64_min(quiet, quiet_slices_max) * slice_ps, end);
    }
    run_to(until_ps_);
    now = sc_now_ps();
    check_time_passes(check_, now);
    if (check_violations_total(check_))
        return false;
    if (end_ps_ == TIME_NEVER && is_traffic_done()) {
        end_ps_ = now + drain_ps;
        end_ps_max_ = now + drain_ps_max;
        if (flood_)
            syn_flood_stop(flood_);
    }
    if (now >= end_ps_ && now < end_ps_max_ &&
        (check_open_frames(check_) > 0 || host_sw_waits(software_)))
        end_ps_ = now + slice_ps;
    return now < end_ps_ && now < config_.duration_ps;
}

void testbed::advance_within(uint64_t at_ps)
{
    uint64_t now = sc_now_ps();
    until_ps_ = at_ps;
    if (at_ps > now)
        sc_core::sc_start(sc_time_from_ps(at_ps - now));
}

// The driver is busy while frames that it has seen wait for a move or for a place.
bool testbed::is_host_busy() const
{
    if (host_cpu_has_work(cpu_))
        return true;
    for (size_t row = 0; row < host_sw_conn_rows(software_); row++) {
        dir_view view;
        host_sw_conn_row(software_, row, &view);
        if (view.state == DIR_OPENING || view.state == DIR_FREEZING || view.state == DIR_INSTALLING)
            return true;
    }
    return false;
}

bool testbed::holds(check_place place, unsigned nic, uint64_t frame) const
{
    if (place == CHECK_AT_NIC)
        return frame_pool_holds(pool_, frame);
    bool on_the_way = false;
    for (unsigned n = 0; n < NIC_COUNT; n++)
        // The host injects a frame at the NIC that owns the connection, which may be either.
        if (n == nic || place == CHECK_AT_HOST)
            on_the_way |= pcie_link_is_busy(link_[n]) || !toe_engine_is_idle(slot_[n].engine);
    return on_the_way || (place == CHECK_AT_HOST && is_host_busy());
}

// Returns true if nothing is in flight and no part has anything to do.
bool testbed::is_at_rest() const
{
    bool busy =
        check_open_frames(check_) > 0 || host_cpu_has_work(cpu_) || host_sw_waits(software_);
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        busy |= pcie_link_is_busy(link_[nic]) || !toe_engine_is_idle(slot_[nic].engine) ||
                !host_sw_is_up(software_, nic);
    return !busy;
}

// If the run was cut, only those accounts are checked that must balance between any two steps.
void testbed::audit(uint64_t now_ps)
{
    host_sw_account accounts[HOST_SW_ACCOUNTS_MAX];
    bool rests = complete_ && is_at_rest();
    size_t count = host_sw_audit(software_, rests, accounts);
    for (size_t i = 0; i < count; i++) {
        check_account account = {accounts[i].what, accounts[i].kept, accounts[i].claimed};
        check_settle(check_, &account, now_ps);
    }
    if (!rests || count == 0)
        return;
    uint64_t all = host_memory_bytes / HOST_PAGE_BYTES;
    check_account pages = {"pages of host memory", all - host_mem_pages_free(memory_),
                           host_sw_memory_pages(software_)};
    check_settle(check_, &pages, now_ps);
    check_account written = {"pages written that nobody has", host_mem_pages_stray(memory_), 0};
    check_settle(check_, &written, now_ps);
    uint64_t entries[NIC_COUNT];
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        const ctx_store_stats *stats =
            golden_[nic] ? ctx_cache_model_stats(golden_[nic]) : ctx_cache_rtl_stats(cache_[nic]);
        entries[nic] = stats->reserves - stats->releases - stats->removes;
    }
    check_settle_rest(check_, entries, now_ps);
}

void testbed::finish(bool complete)
{
    uint64_t now = sc_now_ps();
    complete_ = complete;
    if (peer_.finish)
        peer_.finish(peer_.self, now);
    // If a violation has ended the run, every part stopped in the middle of its work, so this check
    // would report more violations.
    check_places places = {[](const void *self, check_place place, unsigned nic, uint64_t frame) {
                               return static_cast<const testbed *>(self)->holds(place, nic, frame);
                           },
                           this};
    if (check_violations_total(check_) == 0)
        check_finish(check_, &places, now);
    check_move_sums(now);
    if (check_violations_total(check_) == 0)
        audit(now);
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        pcie_link_settle(link_[nic], now);
        if (cache_[nic])
            ctx_cache_rtl_finish(cache_[nic], now);
        cache_stats_[nic] =
            golden_[nic] ? *ctx_cache_model_stats(golden_[nic]) : *ctx_cache_rtl_stats(cache_[nic]);
        cache_stats_[nic].flips_missed += soft_errors_missed(&soft_errors_[nic]);
    }
}
