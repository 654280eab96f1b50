// The only file that knows the whole chain: makes every model of one server, wires them, steps time.
#ifndef TOESIM_SIM_TESTBED_H
#define TOESIM_SIM_TESTBED_H

#include "sim/glue/ctx_cache_rtl.h"
#include "sim/glue/waves.h"
#include "sim/results/results.h"
#include "sim/scenario/config.h"
#include "sim/shells/core_shell.h"
#include "sim/shells/stage_shell.h"
#include "sim/testbed/director.h"
#include "sim/testbed/peer_side.h"
#include "sim/testbed/race_frame.h"
#include "sim/testbed/soft_errors.h"
#include "sim/testbed/wave_window.h"

#include "host-sw/app/app_watch.h"
#include "host-sw/app/bulk_server.h"
#include "host-sw/app/replay_server.h"
#include "models/ctx_cache/ctx_cache_model.h"
#include "models/stats/server_timers.h"

#include <memory>
#include <vector>

// The end of the traffic, and signals, are checked this often in simulated time. The length of a run
// depends on it, so it is a constant and part of the results.
constexpr uint64_t testbed_slice_ps = PS_PER_MS / 10;
constexpr uint64_t host_memory_bytes = UINT64_C(160) << 30; // address space, not memory

class testbed
{
public:
    // Gets ready for the shapes of the caches that the scenario asks for, which may have to be built first. To be called
    // before a testbed is made. Returns STATUS_ENVIRONMENT if one of them cannot be had.
    static enum status prepare(const sim_config &config, struct error *err);

    // capture: for replay, external: for external traffic, else null; both borrowed. Throws
    // nothing; call is_ready() after.
    testbed(const sim_config &config, const capture *capture, const external_traffic *external);
    ~testbed();
    testbed(const testbed &) = delete;
    testbed &operator=(const testbed &) = delete;

    // False when memory was short or the waves could not be opened: err says why.
    bool is_ready(struct error *err) const;
    // Waves of both caches into dir/waves.fst; close_waves() before the testbed goes.
    bool open_waves(const char *dir, struct error *err);
    enum status close_waves(struct error *err);

    // Runs to the end of the traffic plus a drain, to the duration, to a violation, or for slice_ps. With passes_quiet
    // it goes on through slices in which nothing happens: never for a caller who wants to act at that time.
    // True: there is more to do.
    bool advance(uint64_t slice_ps, bool passes_quiet = false);

    // Calls on_sample at each multiple of period_ps at which advance() passes, after everything that happens at that
    // time. Times before which nothing happens are left out. Samples do not change the run.
    void sample_every(uint64_t period_ps, void (*on_sample)(void *self), void *self);

    // Runs up to this time, which lies within the slice of advance(), whoever has ended or not.
    void advance_within(uint64_t at_ps);
    // The time at which the client acts out of turn; for scenarios with race.frame.
    void set_race_time(uint64_t time_ps);

    // External traffic. put_frame() gives the frame's number, or 0, and the frame is not taken, when
    // the queue toward the switch is full. The application runs soon after a kick.
    bool has_space_for_frame() const;
    uint64_t put_frame(const uint8_t *bytes, uint32_t len, uint8_t flags = 0);
    void kick_application();
    void set_port_policy(port_policy policy, uint32_t flip_frames);

    struct probe *probe() { return &probe_; }
    const move_log *moves() const { return moves_; }

    // Frames that wait in a NIC: for the receive pipeline, and for the MAC.
    uint32_t rx_queued(unsigned nic) const { return toe_engine_rx_queued(slot_[nic].engine); }
    uint32_t tx_queued(unsigned nic) const { return toe_engine_tx_queued(slot_[nic].engine); }
    // Shows each frame that reaches the clients, before they take it.
    void watch_client_frames(void (*on_frame)(void *self, const frame *f), void *self)
    {
        on_client_frame_ = on_frame;
        client_watcher_ = self;
    }
    uint32_t progress_permille() const;
    uint64_t frames_on_links() const;
    void finish(bool complete);               // outcomes of what has not ended; last checks
    void fill_perf(results_perf *perf) const; // after finish(): all that the testbed knows
    void fill_results(results_input *input) const;
    // The same before finish(), in the middle of the run.
    void fill_counters(results_input *input) const;
    // Both NICs, for lspci -F; size is at least 2 x PCIE_LINK_DUMP_MAX. Returns the bytes written.
    size_t pcie_config_dump(char *text, size_t size);

private:
    enum { MAC_NIC0, MAC_NIC1, MAC_SWITCH0, MAC_SWITCH1, MAC_SWITCH_UPLINK, MAC_PEER, MAC_COUNT };
    struct nic_slot {
        testbed *bed;
        unsigned nic;
        struct toe_engine *engine;
    };

    uint64_t kernel_events() const;
    void make_shells();
    void make_host();
    void make_nic(unsigned nic);
    void make_network();
    void make_replay();
    void make_generator();
    void make_external();
    void make_flood();
    void make_race();
    void watch_queues();
    void make_lacp();
    void report_port(unsigned nic, uint64_t now_ps);
    void make_peers();
    void make_director();
    void prepare_actions();
    uint64_t cache_cycle_ps(unsigned nic) const;
    ctx_twin_judge cache_judge();
    void make_cache(unsigned nic, const ctx_client &client, ctx_store *store);
    void make_replay_server();
    void make_bulk_server();
    void make_application();
    check *make_check();
    void on_peer_frame(frame *f, uint64_t now_ps);
    void bind_stages();
    bool is_traffic_done() const;
    void check_move_sums(uint64_t now_ps);
    void run_to(uint64_t end_ps);
    void audit(uint64_t now_ps);
    bool is_at_rest() const;
    bool is_host_busy() const;
    bool holds(check_place place, unsigned nic, uint64_t frame) const;
    void set_link(unsigned nic, uint64_t now_ps);
    void on_probe(const probe_event &event);

    sim_config config_;
    const capture *capture_;
    const external_traffic *external_;
    peer_side peer_ = {};
    void (*on_client_frame_)(void *self, const frame *f) = nullptr;
    void *client_watcher_ = nullptr;
    uint64_t external_frames_ = 0; // given by put_frame()
    struct error error_ = {};
    struct probe probe_;
    frame_pool *pool_ = nullptr;
    host_mem *memory_ = nullptr;
    host_cpu *cpu_ = nullptr;
    app_watch *app_watch_ = nullptr;
    host_sw *software_ = nullptr;
    pcie_link *link_[NIC_COUNT] = {};
    mac *mac_[MAC_COUNT] = {};
    lan_switch *switch_ = nullptr;
    replay_side replay_ = {}; // self null: no replay
    gen_peer *gen_ = nullptr;
    mutable samples request_latency_ = {}; // in ns; sorted when it is read
    syn_flood *flood_ = nullptr;
    race_frame race_ = {};
    fragmenter fragmenter_ = {};
    replay_server *replay_server_ = nullptr;
    bulk_server *bulk_server_ = nullptr;
    check *check_ = nullptr;
    move_log *moves_ = nullptr;
    server_timers *server_timers_ = nullptr;
    director *director_ = nullptr;
    rtl_domain *domain_ = nullptr;
    ctx_cache_rtl *cache_[NIC_COUNT] = {};
    ctx_cache_model *golden_[NIC_COUNT] = {};
    ctx_store_stats cache_stats_[NIC_COUNT] = {};
    soft_errors soft_errors_[NIC_COUNT] = {};
    waves *waves_ = nullptr;
    wave_window window_ = {};
    nic_slot slot_[NIC_COUNT] = {};
    bool cable_up_[NIC_COUNT] = {true, true};
    bool is_dark_[NIC_COUNT] = {};               // fenced
    bool port_usable_[NIC_COUNT] = {true, true}; // as the NIC's driver was told
    action_targets targets_ = {};

    std::unique_ptr<core_shell> core_;
    std::unique_ptr<stage_clock> clock_;
    std::unique_ptr<stage_shell> engine_shell_[NIC_COUNT], link_shell_[NIC_COUNT],
        cache_shell_[NIC_COUNT], soft_error_shell_[NIC_COUNT], mac_shell_[MAC_COUNT], switch_shell_,
        peer_shell_, director_shell_, window_shell_, flood_shell_, race_shell_;
    uint64_t sample_period_ps_ = 0, sample_ps_ = TIME_NEVER; // time of the next sample
    void (*on_sample_)(void *self) = nullptr;
    void *sampler_ = nullptr;
    uint64_t until_ps_ = 0;        // how far advance() goes now
    uint64_t end_ps_ = TIME_NEVER; // set when the traffic is done
    uint64_t end_ps_max_ = TIME_NEVER;
    bool complete_ = false;
};

#endif
