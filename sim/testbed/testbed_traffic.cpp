// The remote side of the testbed and the server's application. They depend on the kind of traffic.
#include "models/host/host_wait.h"
#include "sim/testbed/testbed.h"

#include "models/base/memory.h"

#include "models/trace/capture/capture_access.h"
#include "models/trace/endpoint/endpoint_peer.h"
#include "models/trace/generate/gen_peer_pattern.h"

#include <cassert>
#include <cstring>

namespace
{
// With a scale of 4 the window can offer all of a 512 KiB ring (RFC 7323 2.2).
constexpr uint8_t generator_window_scale = 4;
} // namespace

void testbed::on_peer_frame(frame *f, uint64_t now_ps)
{
    if (flood_ && syn_flood_takes(flood_, f)) {
        frame_free(pool_, f);
        return;
    }
    if (on_client_frame_)
        on_client_frame_(client_watcher_, f);
    frame_sink_accept(&peer_.rx, f, now_ps);
}

void testbed::make_flood()
{
    if (!flood_shell_)
        return;
    syn_flood_params params = config_.flood;
    params.seed = config_.seed;
    std::memcpy(params.team_mac, config_.team.mac, sizeof params.team_mac);
    std::memcpy(params.team_ip, params.ip_version == 4 ? config_.team.ipv4 : config_.team.ipv6,
                sizeof params.team_ip);
    flood_ = syn_flood_create(&params, pool_, mac_tx_sink(mac_[MAC_PEER]), flood_shell_->waker());
    memory_check(flood_);
}

void testbed::make_race()
{
    if (race_shell_ && !race_frame_init(&race_, &config_.race, gen_, race_shell_->waker()))
        memory_out();
}

void testbed::set_race_time(uint64_t time_ps)
{
    assert(race_shell_ && time_ps >= sc_now_ps());
    config_.race.time_ps = time_ps;
    race_frame_set_time(&race_, time_ps);
}

void testbed::make_replay()
{
    frame_sink uplink = fragmenter_sink(&fragmenter_);
    if (config_.replay_mode == REPLAY_ENDPOINT) {
        endpoint_peer *peer = endpoint_peer_create(&config_.replay, config_.capture.mtu_bytes,
                                                   capture_, pool_, uplink, peer_shell_->waker());
        memory_check(peer);
        replay_ = endpoint_peer_side(peer);
    } else {
        replay_peer *peer = replay_peer_create(&config_.replay, capture_, pool_, uplink,
                                               peer_shell_->waker(), &probe_);
        memory_check(peer);
        replay_ = replay_peer_side(peer);
    }
    peer_.self = replay_.self;
    peer_.stage = replay_.stage;
    peer_.rx = replay_.rx;
    peer_.is_done = replay_.is_done;
    peer_.progress_permille = replay_.progress_permille;
    peer_.finish = replay_.finish;
}

void testbed::make_generator()
{
    samples_init(&request_latency_);
    gen_params params = config_.gen;
    params.requests.self = &request_latency_;
    params.requests.on_response = [](void *self, uint64_t latency_ps) {
        samples_add(static_cast<samples *>(self), latency_ps / PS_PER_NS);
    };
    gen_ = gen_peer_create(&params, pool_, fragmenter_sink(&fragmenter_), peer_shell_->waker(),
                           &probe_);
    memory_check(gen_);
    peer_.self = gen_;
    peer_.stage = gen_peer_stage(gen_, "peers");
    peer_.rx = gen_peer_rx_sink(gen_);
    peer_.is_done = [](const void *self) {
        return gen_peer_is_done(static_cast<const gen_peer *>(self));
    };
    peer_.progress_permille = [](const void *self) {
        return gen_peer_progress_permille(static_cast<const gen_peer *>(self));
    };
    peer_.finish = [](void *self, uint64_t) { gen_peer_finish(static_cast<gen_peer *>(self)); };
}

// The testbed cannot know when the caller's traffic is done, so such a run ends after its duration
// or when the caller ends it.
void testbed::make_external()
{
    peer_.self = this;
    peer_.stage = {"peers", this, [](void *, uint64_t) {},
                   [](const void *) -> uint64_t { return TIME_NEVER; }};
    peer_.rx = {[](void *self, frame *f, uint64_t now_ps) {
                    auto *bed = static_cast<testbed *>(self);
                    bed->external_->on_frame(bed->external_->self, f->data, f->len, now_ps);
                    frame_free(bed->pool_, f);
                },
                this};
    peer_.is_done = [](const void *) { return false; };
    peer_.progress_permille = [](const void *) -> uint32_t { return 0; };
}

void testbed::make_peers()
{
    server_watch watch = {[](const void *self, const flow_key *key) {
                              return server_timers_runs(static_cast<const server_timers *>(self),
                                                        key, sc_now_ps());
                          },
                          server_timers_};
    config_.replay.server = config_.gen.server = watch;
    fragmenter_init(&fragmenter_, config_.fragment_over, pool_, mac_tx_sink(mac_[MAC_PEER]));
    switch (config_.traffic) {
    case TRAFFIC_REPLAY:
        make_replay();
        break;
    case TRAFFIC_GENERATOR:
        make_generator();
        break;
    case TRAFFIC_EXTERNAL:
        make_external();
        break;
    }
}

bool testbed::has_space_for_frame() const { return mac_tx_has_space(mac_[MAC_PEER]); }

uint64_t testbed::put_frame(const uint8_t *bytes, uint32_t len, uint8_t flags)
{
    assert(len <= FRAME_BYTES_MAX);
    uint64_t now = sc_now_ps();
    frame *f = has_space_for_frame() ? frame_alloc(pool_, now) : nullptr;
    if (!f)
        return 0;
    f->conversation = UINT32_MAX;
    f->len = len;
    f->flags = flags;
    std::memcpy(f->data, bytes, len);
    frame_sink sink = fragmenter_sink(&fragmenter_);
    uint64_t id = f->id; // the switch's port owns the frame after the next call
    frame_sink_accept(&sink, f, now);
    external_frames_++;
    return id;
}

void testbed::kick_application() { host_cpu_kick(cpu_, sc_now_ps()); }

void testbed::set_port_policy(port_policy policy, uint32_t flip_frames)
{
    lan_switch_set_policy(switch_, policy, flip_frames, sc_now_ps());
}

namespace
{
// The hooks of the application get the testbed as self. They call the peers, which compare the
// streams.
testbed *bed_of(void *self) { return static_cast<testbed *>(self); }
} // namespace

void testbed::make_replay_server()
{
    size_t count = capture_conversation_count(capture_);
    replay_server_hooks hooks = {};
    hooks.self = this;
    hooks.find = [](void *self, const flow_key *key) {
        const replay_side &peers = bed_of(self)->replay_;
        return peers.find(peers.self, key);
    };
    hooks.on_bytes = [](void *self, size_t script, uint64_t offset, const uint8_t *bytes,
                        uint32_t len) {
        const replay_side &peers = bed_of(self)->replay_;
        peers.on_server_bytes(peers.self, script, offset, bytes, len, sc_now_ps());
    };
    hooks.describe = [](void *self, size_t script, replay_script *out) {
        const conversation *conv = capture_conversation(bed_of(self)->capture_, script);
        *out = {conv->server_features, conv->server_ws, conv->server_mss, conv->server_bytes,
                conv->server_step_count};
    };
    hooks.step = [](void *self, size_t script, size_t index, replay_step *out) {
        const capture *replayed = bed_of(self)->capture_;
        app_step step = {};
        capture_step(replayed, capture_conversation(replayed, script), CAPTURE_SERVER, index,
                     &step);
        static_assert(static_cast<int>(REPLAY_RST) == static_cast<int>(APP_RST), "kinds");
        *out = {static_cast<replay_step_kind>(step.kind),
                step.rx_bytes,
                step.peer_fin,
                step.offset,
                step.len,
                step.tx_acked_bytes};
    };
    hooks.fill = [](void *self, size_t script, uint64_t offset, uint8_t *bytes, uint32_t len) {
        const capture *replayed = bed_of(self)->capture_;
        capture_stream(replayed, capture_conversation(replayed, script), CAPTURE_SERVER, offset,
                       bytes, len);
    };
    hooks.on_end = [](void *self, size_t script, nic_term_cause cause) {
        const replay_side &peers = bed_of(self)->replay_;
        peers.on_server_end(peers.self, script, cause, sc_now_ps());
    };
    replay_server_ = replay_server_create(count, hooks);
    memory_check(replay_server_);
}

void testbed::make_bulk_server()
{
    bulk_server_params params = {};
    params.port = config_.gen.port;
    params.conn_max = config_.team.conn_max;
    params.accept.offered = CTX_FEATURE_MSS | CTX_FEATURE_TS | CTX_FEATURE_WS | CTX_FEATURE_SACK;
    params.accept.rcv_ws = generator_window_scale;
    params.accept.nodelay = true;
    params.self = this;
    params.describe = [](void *self, const flow_key *key, bulk_job *job) {
        const gen_peer *gen = bed_of(self)->gen_;
        uint32_t index = gen_peer_find(gen, key);
        *job = {};
        job->index = index;
        if (index == UINT32_MAX) // the SYNs of a flood look like those of other clients
            return bed_of(self)->flood_ != nullptr;
        job->bytes_to_send = gen_peer_server_bytes(gen, index);
        job->close_when_sent = gen_peer_server_closes(gen);
        const gen_params &wanted = bed_of(self)->config_.gen;
        if (wanted.direction == GEN_REQUESTS) {
            job->request_bytes = wanted.requests.bytes;
            job->response_bytes = wanted.requests.response_bytes;
        }
        return true;
    };
    params.fill = [](void *, uint32_t index, uint64_t offset, uint8_t *bytes, uint32_t len) {
        gen_pattern_fill(index, offset, bytes, len);
    };
    params.on_bytes = [](void *self, uint32_t index, uint64_t offset, const uint8_t *bytes,
                         uint32_t len) {
        gen_peer_on_server_bytes(bed_of(self)->gen_, index, offset, bytes, len);
    };
    params.on_closed = [](void *self, uint32_t index) {
        if (index != UINT32_MAX)
            gen_peer_on_server_end(bed_of(self)->gen_, index);
    };
    bulk_server_ = bulk_server_create(&params);
    memory_check(bulk_server_);
}

void testbed::make_application()
{
    const app_ops *ops = nullptr;
    void *app = nullptr;
    if (replay_.self) {
        make_replay_server();
        ops = replay_server_ops();
        app = replay_server_;
    } else if (gen_) {
        make_bulk_server();
        ops = bulk_server_ops();
        app = bulk_server_;
    } else {
        ops = external_->app;
        app = external_->app_self;
    }
    app_watch_ = app_watch_create(ops, app, host_cpu_bus(cpu_), &probe_);
    memory_check(app_watch_);
    software_ = host_sw_create(&config_.team, host_cpu_bus(cpu_), app_watch_ops(app_watch_),
                               app_watch_, &probe_);
    memory_check(software_);
    app_watch_attach(app_watch_, software_);
    if (replay_.self)
        replay_server_attach(replay_server_, software_);
    else if (gen_)
        bulk_server_attach(bulk_server_, software_);
    else
        external_->attach(external_->self, software_);
}

bool testbed::is_traffic_done() const { return peer_.is_done(peer_.self); }

uint32_t testbed::progress_permille() const { return peer_.progress_permille(peer_.self); }
