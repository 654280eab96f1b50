// The outputs of a run that are written while it goes on: captures, TLPs, waves, streams, timeline, series and logs.
#ifndef TOESIM_SIM_RUN_OUTPUTS_H
#define TOESIM_SIM_RUN_OUTPUTS_H

#include "models/base/status.h"
#include "sim/testbed/testbed.h"

struct event_log;
struct history;
struct pcap_out;
struct pcie_trace;
struct series;
struct stream_log;
struct timeline;
struct wait_log;

class run_outputs
{
public:
    // The folder and the testbed are borrowed until close() has returned.
    run_outputs(const sim_config &config, const char *dir, testbed &bed);
    run_outputs(const run_outputs &) = delete;
    run_outputs &operator=(const run_outputs &) = delete;

    // Opens the files that the scenario asks for, before the first event of the run. Returns STATUS_ENVIRONMENT.
    enum status open(struct error *err);

    // Ends all files after testbed::finish(). If several of them fail, err has the message of the last one.
    enum status close(struct error *err);

private:
    enum status open_streams(struct error *err);
    enum status open_timeline(struct error *err);
    enum status open_waits(struct error *err);
    enum status open_logs(struct error *err);
    enum status open_series(struct error *err);
    enum status close_streams(struct error *err);
    enum status write_pcie_config(struct error *err);
    void sample(bool is_last);
    void add_counters(const results_input &in);

    const sim_config &config_;
    const char *dir_;
    testbed &bed_;
    pcap_out *captures_ = nullptr;
    pcie_trace *tlps_ = nullptr;
    stream_log *streams_ = nullptr;
    timeline *timeline_ = nullptr;
    series *series_ = nullptr;
    wait_log *waits_ = nullptr;
    event_log *log_ = nullptr;
    history *history_ = nullptr;
    uint64_t sampled_ps_ = 0, sampled_bytes_ = 0; // time and payload bytes at the last sample
};

#endif
