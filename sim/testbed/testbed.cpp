#include "sim/testbed/testbed.h"
#include "host-sw/server/host_sw.h"

#include "models/base/memory.h"
#include "models/check/host/check_audit.h"
#include "sim/testbed/check_limits.h"

#include <cassert>
#include <cstring>
#include <string>

namespace
{
constexpr size_t frame_pool_capacity = 1 << 16;

const char *const mac_names[] = {"mac0", "mac1", "sw0", "sw1", "sw_up", "peer_mac"};
} // namespace

testbed::testbed(const sim_config &config, const struct capture *replayed,
                 const external_traffic *external)
    : config_(config), capture_(replayed), external_(external)
{
    assert((config.traffic == TRAFFIC_REPLAY) == (replayed != nullptr));
    assert((config.traffic == TRAFFIC_EXTERNAL) == (external != nullptr));
    sc_core::sc_set_time_resolution(1, sc_core::SC_PS);
    config_.team.cores = config_.host.cores;
    config_.team.poll = config_.host.notify == HOST_NOTIFY_POLL;
    config_.team.poll_transfers = config_.host.notify == HOST_NOTIFY_ADAPTIVE;
    probe_init(&probe_);
    check_ = make_check();
    moves_ = move_log_create(config.team.conn_max);
    server_timers_ = server_timers_create(config.team.conn_max);
    pool_ = frame_pool_create(frame_pool_capacity);
    memory_ = host_mem_create(host_memory_bytes);
    if (!check_ || !moves_ || !server_timers_ || !pool_ || !memory_) {
        error_set(&error_, STATUS_ENVIRONMENT, "not enough memory for the simulated system");
        return;
    }
    probe_add(&probe_, check_listener(check_));
    probe_add(&probe_, move_log_listener(moves_));
    uint64_t kinds =
        UINT64_C(1) << PROBE_FRAME_RX | UINT64_C(1) << PROBE_APP_RX | server_timers_kinds();
    auto on_event = [](void *self, const probe_event *event) {
        static_cast<testbed *>(self)->on_probe(*event);
    };
    probe_add(&probe_, {on_event, this, kinds});
    domain_ = rtl_domain_create();
    make_shells();
    make_network();
    make_host();
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        make_nic(nic);
    make_peers();
    make_flood();
    make_race();
    make_director();
    make_application();
    prepare_actions();
    bind_stages();
}

testbed::~testbed()
{
    host_sw_destroy(software_);
    app_watch_destroy(app_watch_);
    replay_server_destroy(replay_server_);
    bulk_server_destroy(bulk_server_);
    samples_free(&request_latency_);
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        toe_engine_destroy(slot_[nic].engine);
        pcie_link_destroy(link_[nic]);
        ctx_cache_rtl_destroy(cache_[nic]);
        ctx_cache_model_destroy(golden_[nic]);
    }
    rtl_domain_destroy(domain_);
    if (replay_.self)
        replay_.destroy(replay_.self);
    gen_peer_destroy(gen_);
    syn_flood_destroy(flood_);
    lan_switch_destroy(switch_);
    for (mac *m : mac_)
        mac_destroy(m);
    director_destroy(director_);
    host_cpu_destroy(cpu_);
    host_mem_destroy(memory_);
    wave_window_free(&window_);
    check_destroy(check_);
    move_log_destroy(moves_);
    server_timers_destroy(server_timers_);
    frame_pool_destroy(pool_);
}

check *testbed::make_check()
{
    const host_sw_params &team = config_.team;
    check_params params = {};
    params.conn_max = team.conn_max;
    params.slack_ps = check_limits_slack_ps(&config_);
    params.ack_flushed = config_.engine.ack_policy != ACK_POLICY_POSTED;
    params.ack_recorded = config_.engine.ack_policy == ACK_POLICY_RECORDED;
    params.has_app_calls = true;
    params.has_mac = true;
    std::memcpy(params.mac, team.mac, sizeof params.mac);
    std::memcpy(params.ipv4, team.ipv4, sizeof params.ipv4);
    std::memcpy(params.ipv6, team.ipv6, sizeof params.ipv6);
    params.mtu_bytes = team.mtu_bytes;
    params.ring_bytes = team.ring_bytes;
    params.moves_max = team.moves_outstanding_max;
    params.hold_frames = team.hold_frames_per_conn;
    params.hold_bytes = team.hold_bytes_total;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        params.inject_wait_ps[nic] = config_.nic[nic].engine.inject_wait_ps;
    params.move_deadline_ps = team.move_deadline_ps;
    params.clock_error_ps = check_limits_clock_ps(&config_);
    params.idle_ps = team.idle_ps;
    params.scan_ps = team.scan_period_ps ? team.scan_period_ps : team.idle_ps / 8;
    params.rto_min_us = team.tcp.rto_min_us;
    params.rto_max_us = team.tcp.rto_max_us;
    params.time_wait_ps = team.tcp.time_wait_us * PS_PER_US;
    params.self = this;
    params.stored_rx_if = [](void *self, uint32_t conn) {
        const testbed *bed = static_cast<testbed *>(self);
        uint64_t address = host_sw_conn_entry_address(bed->software_, conn);
        uint8_t stored = 0;
        host_mem_read(bed->memory_, address, &stored, sizeof stored);
        return stored;
    };
    return check_create(&params);
}

bool testbed::is_ready(struct error *err) const
{
    if (error_.status != STATUS_OK)
        *err = error_;
    return error_.status == STATUS_OK;
}

void testbed::make_shells()
{
    auto program = [](void *self) { host_sw_main(static_cast<testbed *>(self)->software_); };
    core_ = std::make_unique<core_shell>("core0", program, this);
    clock_ = std::make_unique<stage_clock>("stages");
    auto make = [this] { return std::make_unique<stage_shell>(*clock_); };
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        engine_shell_[nic] = make();
        link_shell_[nic] = make();
        cache_shell_[nic] = make();
        soft_error_shell_[nic] = make();
    }
    for (auto &shell : mac_shell_)
        shell = make();
    switch_shell_ = make();
    peer_shell_ = make();
    director_shell_ = make();
    window_shell_ = make();
    if (config_.flood.count > 0)
        flood_shell_ = make();
    if (config_.race.frame != GEN_FRAME_NONE)
        race_shell_ = make();
}

void testbed::make_host()
{
    host_nic_access access = {};
    access.self = this;
    access.mmio_write = [](void *self, unsigned nic, uint32_t offset, const void *data,
                           uint32_t len, uint64_t now_ps) {
        pcie_link_mmio_write(static_cast<testbed *>(self)->link_[nic], offset, data, len, now_ps);
    };
    access.mmio_read32 = [](void *self, unsigned nic, uint32_t offset, pcie_read_done done,
                            uint64_t now_ps) {
        pcie_link_mmio_read32(static_cast<testbed *>(self)->link_[nic], offset, done, now_ps);
    };
    access.cfg_read32 = [](void *self, unsigned nic, uint32_t offset, pcie_read_done done,
                           uint64_t now_ps) {
        pcie_link_cfg_read32(static_cast<testbed *>(self)->link_[nic], offset, done, now_ps);
    };
    access.cfg_write32 = [](void *self, unsigned nic, uint32_t offset, uint32_t value,
                            pcie_read_done done, uint64_t now_ps) {
        pcie_link_cfg_write32(static_cast<testbed *>(self)->link_[nic], offset, value, done,
                              now_ps);
    };
    access.port_read32 = [](void *self, unsigned nic, uint32_t offset) {
        return pcie_link_port_read32(static_cast<testbed *>(self)->link_[nic], offset);
    };
    access.port_write32 = [](void *self, unsigned nic, uint32_t offset, uint32_t value,
                             uint64_t now_ps) {
        pcie_link_port_write32(static_cast<testbed *>(self)->link_[nic], offset, value, now_ps);
    };
    access.claims = [](void *self, unsigned nic, uint64_t address, uint32_t len, uint32_t *offset) {
        return pcie_link_claims(static_cast<testbed *>(self)->link_[nic], address, len, offset);
    };
    cpu_ = host_cpu_create(&config_.host, memory_, access, core_->blocker(), &probe_);
    memory_check(cpu_);
}

void testbed::make_nic(unsigned nic)
{
    slot_[nic] = {this, nic, nullptr};
    static const pcie_device_ops device_ops = {
        [](void *self, uint32_t offset, const void *data, uint32_t len, uint64_t now_ps) {
            pcie_device device = toe_engine_device(static_cast<nic_slot *>(self)->engine);
            device.ops->mmio_write(device.self, offset, data, len, now_ps);
        },
        [](void *self, uint32_t offset, uint64_t now_ps) {
            pcie_device device = toe_engine_device(static_cast<nic_slot *>(self)->engine);
            return device.ops->mmio_read32(device.self, offset, now_ps);
        },
        [](void *self, bool fenced, uint64_t now_ps) {
            pcie_device device = toe_engine_device(static_cast<nic_slot *>(self)->engine);
            device.ops->fence(device.self, fenced, now_ps);
        }};
    link_[nic] =
        pcie_link_create(&config_.nic[nic].pcie, nic, {&device_ops, &slot_[nic]},
                         host_cpu_pcie_host(cpu_, nic), link_shell_[nic]->waker(), &probe_);
    memory_check(link_[nic]);

    ctx_client client = {[](void *self, const ctx_rsp *rsp, uint64_t now_ps) {
                             ctx_client c =
                                 toe_engine_client(static_cast<nic_slot *>(self)->engine);
                             c.on_response(c.self, rsp, now_ps);
                         },
                         &slot_[nic]};
    toe_wiring wiring = {};
    make_cache(nic, client, &wiring.cache);
    wiring.pcie = pcie_link_endpoint(link_[nic]);
    wiring.mac_tx = mac_tx_sink(mac_[MAC_NIC0 + nic]);
    wiring.mac_has_space = [](void *self) { return mac_tx_has_space(static_cast<mac *>(self)); };
    wiring.mac_ahead_ps = [](void *self, uint64_t bytes, uint64_t now_ps) {
        return mac_tx_ahead_ps(static_cast<mac *>(self), bytes, now_ps);
    };
    wiring.mac_left_ps = [](void *self, uint64_t frame_id) {
        return mac_tx_left_ps(static_cast<mac *>(self), frame_id);
    };
    wiring.mac_set_fenced = [](void *self, bool fenced, uint64_t now_ps) {
        mac_set_fenced(static_cast<mac *>(self), fenced, now_ps);
    };
    wiring.mac_set_station = [](void *self, const uint8_t station[6]) {
        mac_set_station(static_cast<mac *>(self), station);
    };
    wiring.mac_self = mac_[MAC_NIC0 + nic];
    wiring.set_carrier = [](void *self, bool up, uint64_t now_ps) {
        auto *slot = static_cast<nic_slot *>(self);
        slot->bed->is_dark_[slot->nic] = !up;
        slot->bed->set_link(slot->nic, now_ps);
    };
    wiring.carrier_self = &slot_[nic];
    wiring.pool = pool_;
    wiring.waker = engine_shell_[nic]->waker();
    wiring.probe = &probe_;
    toe_params params = config_.nic[nic].engine;
    params.clock_is_free = config_.free_clocks;
    slot_[nic].engine = toe_engine_create(&params, nic, &wiring);
    memory_check(slot_[nic].engine);
    mac_on_tx_space(mac_[MAC_NIC0 + nic], toe_engine_on_tx_space, slot_[nic].engine);
    soft_errors_init(&soft_errors_[nic], wiring.cache, nic, cache_cycle_ps(nic), &probe_,
                     soft_error_shell_[nic]->waker());
}

uint64_t testbed::cache_cycle_ps(unsigned nic) const
{
    const sim_nic &own = config_.nic[nic];
    return own.cache_cycle_ps ? own.cache_cycle_ps : own.engine.cycle_ps;
}

// A context cache that differs from its golden model is an account that does not balance.
ctx_twin_judge testbed::cache_judge()
{
    return {[](void *self, const char *what, uint64_t mine, uint64_t golden) {
                auto *bed = static_cast<testbed *>(self);
                check_account account = {what, mine, golden};
                check_settle(bed->check_, &account, sc_now_ps());
                if (!sc_core::sc_end_of_simulation_invoked() && sc_core::sc_is_running())
                    sc_core::sc_stop();
            },
            this};
}

enum status testbed::prepare(const sim_config &config, struct error *err)
{
    enum status status = STATUS_OK;
    for (unsigned nic = 0; nic < NIC_COUNT && status == STATUS_OK && !config.ctx_golden; nic++)
        status = ctx_cache_rtl_prepare(&config.nic[nic].cache_shape, err);
    return status;
}

void testbed::make_cache(unsigned nic, const ctx_client &client, ctx_store *store)
{
    if (config_.ctx_golden) {
        ctx_cache_model_params params;
        ctx_cache_model_params_default(&params);
        const cache_shape &shape = config_.nic[nic].cache_shape;
        params.sets = shape.sets;
        params.ways = shape.ways;
        params.lookup_entries = shape.lookup_entries;
        params.conn_ids = shape.conn_ids;
        golden_[nic] = ctx_cache_model_create(&params, client, cache_shell_[nic]->waker());
        memory_check(golden_[nic]);
        *store = ctx_cache_model_store(golden_[nic]);
        return;
    }
    ctx_cache_rtl_params params;
    ctx_cache_rtl_params_default(&params);
    params.shape = config_.nic[nic].cache_shape;
    params.cycle_ps = cache_cycle_ps(nic);
    params.dram_latency_ps = config_.nic[nic].ctx_dram_ps;
    params.dram_beat_ps = config_.nic[nic].ctx_dram_beat_ps;
    params.skip_idle = config_.ctx_skip_idle;
    // The cache may run ahead of the kernel, but not beyond the next event of any other part, nor
    // beyond the time at which the run may end.
    ctx_cache_burst burst = {[](void *self) {
                                 const auto *bed = static_cast<testbed *>(self);
                                 return u64_min(bed->clock_->quiet_until_ps(), bed->until_ps_ - 1);
                             },
                             this};
    cache_[nic] =
        ctx_cache_rtl_create(domain_, &params, nic, client, cache_shell_[nic]->waker(), burst);
    memory_check(cache_[nic]);
    if (config_.ctx_lock_step)
        ctx_cache_rtl_lock_step(cache_[nic], &config_.nic[nic].cache_shape, cache_judge());
    if (config_.cache_time)
        ctx_cache_rtl_measure(cache_[nic]);
    *store = ctx_cache_rtl_store(cache_[nic]);
}

bool testbed::open_waves(const char *dir, struct error *err)
{
    if (config_.ctx_golden) {
        error_set(err, STATUS_BAD_INPUT,
                  "%s: outputs.waves: there is no RTL to trace with "
                  "the golden cache model; write none",
                  config_.source);
        return false;
    }
    std::string path = std::string(dir) + "/waves.fst";
    waves_ = waves_create(domain_, cache_[0], cache_[1], path.c_str(), err);
    if (!waves_)
        return false;
    probe_add(&probe_, waves_listener(waves_));
    auto set_on = [](void *self, bool on, uint64_t now_ps) {
        waves_set_on(static_cast<waves *>(self), on, now_ps);
    };
    if (!wave_window_init(&window_, &config_, set_on, waves_, window_shell_->waker())) {
        error_set(err, STATUS_ENVIRONMENT, "out of memory");
        return false;
    }
    probe_add(&probe_, wave_window_listener(&window_));
    window_shell_->bind(wave_window_stage(&window_, "waves"));
    return true;
}

enum status testbed::close_waves(struct error *err)
{
    enum status status = waves_ ? waves_close(waves_, err) : STATUS_OK;
    waves_ = nullptr;
    return status;
}

void testbed::make_network()
{
    // The MACs are made before the receivers that they feed, so the sinks look the receivers up
    // when they are called.
    auto to_engine = [](void *self, frame *f, uint64_t now_ps) {
        frame_sink sink = toe_engine_rx_sink(static_cast<nic_slot *>(self)->engine);
        frame_sink_accept(&sink, f, now_ps);
    };
    auto to_member0 = [](void *self, frame *f, uint64_t now_ps) {
        frame_sink sink = lan_switch_member_sink(static_cast<testbed *>(self)->switch_, 0);
        frame_sink_accept(&sink, f, now_ps);
    };
    auto to_member1 = [](void *self, frame *f, uint64_t now_ps) {
        frame_sink sink = lan_switch_member_sink(static_cast<testbed *>(self)->switch_, 1);
        frame_sink_accept(&sink, f, now_ps);
    };
    auto to_uplink = [](void *self, frame *f, uint64_t now_ps) {
        frame_sink sink = lan_switch_uplink_sink(static_cast<testbed *>(self)->switch_);
        frame_sink_accept(&sink, f, now_ps);
    };
    auto to_peers = [](void *self, frame *f, uint64_t now_ps) {
        static_cast<testbed *>(self)->on_peer_frame(f, now_ps);
    };
    // The switch has its own queue and threshold, and the peers never send pause frames.
    mac_params uplink = config_.mac, peer = config_.mac;
    uplink.rate_bps = peer.rate_bps = config_.uplink_bps;
    uplink.cut_through = config_.lan_switch.cut_through;
    peer.pause_threshold = 0;
    mac_params card[NIC_COUNT], port[NIC_COUNT];
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        card[nic] = port[nic] = config_.nic[nic].mac;
        port[nic].cut_through =
            config_.lan_switch.cut_through && port[nic].rate_bps >= uplink.rate_bps;
        uplink.cut_through = uplink.cut_through && uplink.rate_bps >= port[nic].rate_bps;
    }
    for (mac_params *of_switch : {&port[0], &port[1], &uplink}) {
        of_switch->tx_queue_frames = config_.lan_switch.queue_frames;
        of_switch->pause_threshold = config_.lan_switch.pause_threshold;
    }
    auto make = [&](unsigned which, const mac_params &params, int nic, const uint8_t *station,
                    frame_sink sink) {
        mac_[which] =
            mac_create(&params, nic, station, sink, pool_, mac_shell_[which]->waker(), &probe_);
        memory_check(mac_[which]);
    };
    make(MAC_NIC0, card[0], 0, config_.team.mac, {to_engine, &slot_[0]});
    make(MAC_NIC1, card[1], 1, config_.team.mac, {to_engine, &slot_[1]});
    make(MAC_SWITCH0, port[0], -1, nullptr, {to_member0, this});
    make(MAC_SWITCH1, port[1], -1, nullptr, {to_member1, this});
    make(MAC_SWITCH_UPLINK, uplink, -1, nullptr, {to_uplink, this});
    make(MAC_PEER, peer, -1, nullptr, {to_peers, this});
    const unsigned pairs[][2] = {
        {MAC_NIC0, MAC_SWITCH0}, {MAC_NIC1, MAC_SWITCH1}, {MAC_SWITCH_UPLINK, MAC_PEER}};
    for (const auto &pair : pairs) {
        mac_connect(mac_[pair[0]], mac_[pair[1]]);
        mac_connect(mac_[pair[1]], mac_[pair[0]]);
    }
    const frame_sink members[2] = {mac_tx_sink(mac_[MAC_SWITCH0]), mac_tx_sink(mac_[MAC_SWITCH1])};
    switch_ = lan_switch_create(&config_.lan_switch, members, mac_tx_sink(mac_[MAC_SWITCH_UPLINK]),
                                pool_, switch_shell_->waker());
    memory_check(switch_);
    watch_queues();
    make_lacp();
}

void testbed::make_director()
{
    director_ops ops = {
        [](void *self, const sim_action *action, uint64_t now_ps) {
            action->kind->ops->start(&static_cast<testbed *>(self)->targets_, action, now_ps);
        },
        [](void *self) { return static_cast<testbed *>(self)->progress_permille(); }, this};
    director_ = director_create(&config_, ops, director_shell_->waker());
    memory_check(director_);
}

void testbed::bind_stages()
{
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        engine_shell_[nic]->bind(toe_engine_stage(slot_[nic].engine, "engine"));
        link_shell_[nic]->bind(pcie_link_stage(link_[nic], "pcie"));
        cache_shell_[nic]->bind(golden_[nic] ? ctx_cache_model_stage(golden_[nic], "cache")
                                             : ctx_cache_rtl_stage(cache_[nic], "cache"));
        soft_error_shell_[nic]->bind(soft_errors_stage(&soft_errors_[nic], "soft_errors"));
    }
    for (unsigned m = 0; m < MAC_COUNT; m++)
        mac_shell_[m]->bind(mac_stage(mac_[m], mac_names[m]));
    switch_shell_->bind(lan_switch_stage(switch_, "lan_switch"));
    peer_shell_->bind(peer_.stage);
    if (flood_)
        flood_shell_->bind(syn_flood_stage(flood_, "flood"));
    if (race_shell_)
        race_shell_->bind(race_frame_stage(&race_, "race"));
    director_shell_->bind(director_stage(director_, "director"));
}

void testbed::prepare_actions()
{
    targets_.lan_switch = switch_;
    targets_.software = software_;
    targets_.cpu = cpu_;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        targets_.pcie[nic] = link_[nic];
        targets_.engine[nic] = slot_[nic].engine;
        targets_.soft_errors[nic] = &soft_errors_[nic];
    }
    const unsigned receivers[SIM_LINK_COUNT][2] = {
        {MAC_NIC0, MAC_SWITCH0}, {MAC_NIC1, MAC_SWITCH1}, {MAC_SWITCH_UPLINK, MAC_PEER}};
    for (unsigned link = 0; link < SIM_LINK_COUNT; link++)
        for (unsigned way = 0; way < 2; way++)
            targets_.line_receiver[link][way] = mac_[receivers[link][way]];
    targets_.plug_cable = [](void *self, unsigned nic, bool plugged, uint64_t now_ps) {
        auto *bed = static_cast<testbed *>(self);
        bed->cable_up_[nic] = plugged;
        bed->set_link(nic, now_ps);
    };
    targets_.self = this;
    targets_.seed = config_.seed;
    for (size_t i = 0; i < config_.action_count; i++) {
        const action_ops *ops = config_.actions[i].kind->ops;
        if (ops->prepare)
            ops->prepare(&targets_, &config_.actions[i]);
    }
}

// Both ends of a link have carrier while its cable is intact and its NIC is not fenced.
void testbed::set_link(unsigned nic, uint64_t now_ps)
{
    bool up = cable_up_[nic] && !is_dark_[nic];
    mac_set_link(mac_[MAC_NIC0 + nic], up, now_ps);
    mac_set_link(mac_[MAC_SWITCH0 + nic], up, now_ps);
    lan_switch_set_member_up(switch_, nic, up, now_ps);
    report_port(nic, now_ps);
}
