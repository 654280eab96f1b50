#include "sim/run/run_outputs.h"

#include "models/pcie/pcie_trace.h"
#include "models/trace/output/pcap_out.h"
#include "sim/equal/stream_log.h"
#include "sim/log/event_log.h"
#include "sim/log/history.h"
#include "sim/results/results_files.h"
#include "sim/results/results_json.h"
#include "sim/series/series.h"
#include "sim/timeline/timeline.h"
#include "sim/waits/wait_log.h"

#include "sim/shells/stage_clock.h"

run_outputs::run_outputs(const sim_config &config, const char *dir, testbed &bed)
    : config_(config), dir_(dir), bed_(bed)
{
}

enum status run_outputs::open(struct error *err)
{
    if (config_.write_captures) {
        captures_ = pcap_out_create(dir_, err);
        if (!captures_)
            return err->status;
        probe_add(bed_.probe(), pcap_out_listener(captures_));
    }
    if (config_.tlp_trace) {
        tlps_ = pcie_trace_create(dir_, err);
        if (!tlps_)
            return err->status;
        probe_add(bed_.probe(), pcie_trace_listener(tlps_));
    }
    if (config_.waves != WAVES_NONE && !bed_.open_waves(dir_, err))
        return err->status;
    if (open_streams(err) != STATUS_OK || open_timeline(err) != STATUS_OK ||
        open_waits(err) != STATUS_OK || open_logs(err) != STATUS_OK)
        return err->status;
    return open_series(err);
}

// What toesim equal compares.
enum status run_outputs::open_streams(struct error *err)
{
    if (!config_.write_streams)
        return STATUS_OK;
    streams_ = stream_log_create(dir_, config_.team.conn_max, err);
    if (!streams_)
        return err->status;
    probe_add(bed_.probe(), stream_log_listener(streams_));
    bed_.watch_client_frames(
        [](void *self, const frame *f) {
            stream_log_on_client_frame(static_cast<stream_log *>(self), f);
        },
        streams_);
    return STATUS_OK;
}

enum status run_outputs::open_timeline(struct error *err)
{
    if (!config_.write_timeline)
        return STATUS_OK;
    timeline_params params = {};
    params.dir = dir_;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        params.nic[nic] = {config_.nic[nic].mac.rate_bps, config_.nic[nic].pcie.gen,
                           config_.nic[nic].pcie.lanes};
    params.moves_max = config_.timeline_moves;
    params.conn_max = config_.team.conn_max;
    params.margin_ps = config_.waves_margin_ps;
    timeline_ = timeline_create(&params, err);
    if (!timeline_)
        return err->status;
    probe_add(bed_.probe(), timeline_listener(timeline_));
    return STATUS_OK;
}

enum status run_outputs::open_waits(struct error *err)
{
    if (!config_.write_waits)
        return STATUS_OK;
    wait_log_params params = {};
    params.dir = dir_;
    params.moves = bed_.moves();
    params.conn_max = config_.team.conn_max;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        params.gen[nic] = config_.nic[nic].pcie.gen;
        params.lanes[nic] = config_.nic[nic].pcie.lanes;
    }
    waits_ = wait_log_create(&params, err);
    if (!waits_)
        return err->status;
    probe_add(bed_.probe(), wait_log_listener(waits_));
    return STATUS_OK;
}

enum status run_outputs::open_logs(struct error *err)
{
    if (log_params_any(&config_.log)) {
        log_ = event_log_create(dir_, &config_.log, err);
        if (!log_)
            return err->status;
        probe_add(bed_.probe(), event_log_listener(log_));
    }
    if (config_.state_hash_ps > 0) {
        history_ = history_create(dir_, config_.state_hash_ps, err);
        if (!history_)
            return err->status;
        probe_add(bed_.probe(), history_listener(history_));
    }
    return STATUS_OK;
}

enum status run_outputs::open_series(struct error *err)
{
    if (config_.sample_ps == 0)
        return STATUS_OK;
    series_ = series_create(err);
    if (!series_)
        return err->status;
    sample(false); // the first row is the state before the first event
    bed_.sample_every(
        config_.sample_ps, [](void *self) { static_cast<run_outputs *>(self)->sample(false); },
        this);
    return STATUS_OK;
}

void run_outputs::sample(bool is_last)
{
    results_input in = {};
    if (is_last)
        bed_.fill_results(&in);
    else
        bed_.fill_counters(&in);
    json_t *counters = results_counters(&in);
    series_sample(series_, in.sim_time_ps, counters);
    json_decref(counters);
    if (timeline_)
        add_counters(in);
}

// The rate is that of the payload in both directions since the last sample.
void run_outputs::add_counters(const results_input &in)
{
    uint64_t bytes = 0, misses = 0;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        bytes += in.engine[nic]->rx_payload_bytes + in.engine[nic]->tx_payload_bytes;
        misses += in.cache[nic]->misses;
    }
    uint64_t since_ns = (in.sim_time_ps - sampled_ps_) / PS_PER_NS;
    if (since_ns > 0)
        timeline_count(timeline_, in.sim_time_ps, "payload, Mb/s",
                       (bytes - sampled_bytes_) * 8000 / since_ns);
    timeline_count(timeline_, in.sim_time_ps, "cache misses", misses);
    static const char *const names[NIC_COUNT][2] = {
        {"nic0, frames to receive", "nic0, frames to send"},
        {"nic1, frames to receive", "nic1, frames to send"}};
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        timeline_count(timeline_, in.sim_time_ps, names[nic][0], bed_.rx_queued(nic));
        timeline_count(timeline_, in.sim_time_ps, names[nic][1], bed_.tx_queued(nic));
    }
    sampled_ps_ = in.sim_time_ps;
    sampled_bytes_ = bytes;
}

enum status run_outputs::close_streams(struct error *err)
{
    results_input input = {};
    bed_.fill_results(&input);
    auto outcome_of = [](void *self, const flow_key *key, uint32_t *outcome, uint64_t *number) {
        enum outcome decided = OUTCOME_OPEN;
        const char *why = nullptr;
        *number = results_outcome_of(static_cast<results_input *>(self), key, &decided, &why);
        *outcome = decided;
        return *number != SIZE_MAX;
    };
    stream_log_outcomes(streams_, outcome_of, &input);
    return stream_log_close(streams_, err);
}

enum status run_outputs::write_pcie_config(struct error *err)
{
    static char text[2 * PCIE_LINK_DUMP_MAX];
    return results_write_text(dir_, "lspci.txt", text, bed_.pcie_config_dump(text, sizeof text),
                              err);
}

enum status run_outputs::close(struct error *err)
{
    enum status status = STATUS_OK;
    auto note = [&status](enum status one) { status = one == STATUS_OK ? status : one; };
    results_input in = {};
    bed_.fill_results(&in);
    if (captures_)
        note(pcap_out_close(captures_, err));
    if (streams_)
        note(close_streams(err));
    if (tlps_)
        note(pcie_trace_close(tlps_, err));
    if (config_.pcie_config)
        note(write_pcie_config(err));
    note(bed_.close_waves(err));
    if (series_) {
        sample(true); // the last row has the numbers of stats.json
        note(series_close(series_, dir_, err));
    }
    if (log_)
        note(event_log_close(log_, err));
    if (history_)
        note(history_close(history_, err));
    if (waits_)
        note(wait_log_close(waits_, err));
    if (timeline_)
        note(timeline_close(timeline_, in.moves, err));
    return status;
}
