// What single models do per second of processor time, driven by stage_loop without SystemC.
#include "models/base/stage_loop.h"
#include "models/lan_switch/lan_switch.h"
#include "models/mac/mac.h"
#include "models/pcie/pcie_link.h"

#include <cassert>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <initializer_list>

namespace
{
constexpr uint64_t runs_frames = 400000, frame_spacing_ps = 1500000, runs_tlps = 2000000;
constexpr uint32_t frame_bytes = 1514, reads_in_flight = 32, read_bytes = 1448;

uint64_t cpu_ns()
{
    timespec t = {};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<uint64_t>(t.tv_sec) * 1000000000 + static_cast<uint64_t>(t.tv_nsec);
}

void report(const char *what, uint64_t count, uint64_t ns)
{
    std::printf("%llu %s\n", static_cast<unsigned long long>(count * 1000000000 / ns), what);
}

// peer MAC -> uplink MAC -> switch -> member MAC -> NIC MAC.
struct path {
    frame_pool *pool = frame_pool_create(1024);
    mac *peer, *uplink, *member, *nic;
    lan_switch *sw = nullptr;
    uint64_t received = 0, next_ps = 0, sent = 0;
    uint8_t bytes[frame_bytes] = {};
};

void path_send(void *self, uint64_t now_ps)
{
    auto *p = static_cast<path *>(self);
    frame *f = frame_alloc(p->pool, now_ps);
    assert(f);
    std::memcpy(f->data, p->bytes, sizeof p->bytes);
    f->len = frame_bytes;
    frame_sink sink = mac_tx_sink(p->peer);
    frame_sink_accept(&sink, f, now_ps);
    p->sent++;
    p->next_ps = p->sent < runs_frames ? now_ps + frame_spacing_ps : TIME_NEVER;
}

uint64_t path_next_ps(const void *self) { return static_cast<const path *>(self)->next_ps; }

void path_connect(path &p)
{
    mac_params params;
    mac_params_default(&params);
    auto to_switch = [](void *self, frame *f, uint64_t now_ps) {
        frame_sink sink = lan_switch_uplink_sink(static_cast<path *>(self)->sw);
        frame_sink_accept(&sink, f, now_ps);
    };
    auto take = [](void *self, frame *f, uint64_t) {
        auto *end = static_cast<path *>(self);
        end->received++;
        frame_free(end->pool, f);
    };
    p.peer = mac_create(&params, -1, nullptr, {take, &p}, p.pool, nullptr, nullptr);
    p.uplink = mac_create(&params, -1, nullptr, {to_switch, &p}, p.pool, nullptr, nullptr);
    p.member = mac_create(&params, -1, nullptr, {take, &p}, p.pool, nullptr, nullptr);
    p.nic = mac_create(&params, -1, nullptr, {take, &p}, p.pool, nullptr, nullptr);
    mac_connect(p.peer, p.uplink);
    mac_connect(p.uplink, p.peer);
    mac_connect(p.member, p.nic);
    mac_connect(p.nic, p.member);
    lan_switch_params sw;
    lan_switch_params_default(&sw);
    const frame_sink members[2] = {mac_tx_sink(p.member), mac_tx_sink(p.member)};
    p.sw = lan_switch_create(&sw, members, mac_tx_sink(p.uplink), p.pool, nullptr);
    // A TCP segment over IPv4, as the switch's hash sees it; checksums are nobody's business here.
    static const uint8_t head[] = {2,    0, 0,  0,    0,    1,    2,    0,    0,  0,  0, 2, 8,  0,
                                   0x45, 0, 5,  0xdc, 0,    0,    0,    0,    64, 6,  0, 0, 10, 1,
                                   0,    1, 10, 0,    0,    1,    0x80, 0,    0,  80, 0, 0, 0,  1,
                                   0,    0, 0,  1,    0x50, 0x10, 0xff, 0xff, 0,  0,  0, 0};
    std::memcpy(p.bytes, head, sizeof head);
}

void bench_path()
{
    path p;
    path_connect(p);
    stage_loop loop;
    stage_loop_init(&loop);
    stage_loop_add(&loop, {"source", &p, path_send, path_next_ps});
    for (mac *m : {p.peer, p.uplink, p.member, p.nic})
        stage_loop_add(&loop, mac_stage(m, "mac"));
    stage_loop_add(&loop, lan_switch_stage(p.sw, "switch"));
    uint64_t start = cpu_ns();
    stage_loop_run(&loop, runs_frames * frame_spacing_ps + PS_PER_MS);
    uint64_t ns = cpu_ns() - start;
    assert(p.received == runs_frames);
    report("frames/s of CPU, MACs and switch alone", p.received, ns);
    for (mac *m : {p.peer, p.uplink, p.member, p.nic})
        mac_destroy(m);
    lan_switch_destroy(p.sw);
    frame_pool_destroy(p.pool);
}

struct dma {
    pcie_link *link = nullptr;
    pcie_endpoint endpoint = {};
    bool stop = false;
};

void dma_read(dma *d, uint64_t now_ps)
{
    pcie_read_done done = {[](void *self, uint64_t, bool, const uint8_t *, uint32_t, uint64_t now) {
                               auto *again = static_cast<dma *>(self);
                               if (!again->stop)
                                   dma_read(again, now);
                           },
                           d, 0};
    d->endpoint.ops->read(d->endpoint.self, UINT64_C(1) << 32, read_bytes, done, now_ps);
}

void bench_pcie()
{
    static const pcie_device_ops device = {
        [](void *, uint32_t, const void *, uint32_t, uint64_t) {},
        [](void *, uint32_t, uint64_t) { return UINT32_C(0); }, [](void *, bool, uint64_t) {}};
    static const pcie_host_ops host = {[](void *, uint64_t, const uint8_t *, uint32_t, uint64_t) {},
                                       [](void *, uint64_t, uint8_t *data, uint32_t len, uint64_t) {
                                           std::memset(data, 0, len);
                                           return UINT64_C(0);
                                       },
                                       [](void *, unsigned, unsigned, uint64_t) {}, nullptr};
    pcie_params params;
    pcie_params_default(&params);
    dma d;
    d.link = pcie_link_create(&params, 0, {&device, &d}, {&host, &d, 27000}, nullptr, nullptr);
    d.endpoint = pcie_link_endpoint(d.link);
    stage_loop loop;
    stage_loop_init(&loop);
    stage_loop_add(&loop, pcie_link_stage(d.link, "pcie"));
    // Firmware's part: bus master and memory space on (command register, PCIe 7.5.1.1.3).
    pcie_link_cfg_write32(d.link, 4, 6, {}, 0);
    stage_loop_run(&loop, PS_PER_MS);
    uint64_t before = pcie_link_stats(d.link)->tlps_up + pcie_link_stats(d.link)->tlps_down;
    for (uint32_t i = 0; i < reads_in_flight; i++)
        dma_read(&d, loop.now_ps);
    uint64_t start = cpu_ns(), tlps = 0;
    while (tlps < runs_tlps && stage_loop_step(&loop, TIME_NEVER - 1))
        tlps = pcie_link_stats(d.link)->tlps_up + pcie_link_stats(d.link)->tlps_down - before;
    uint64_t ns = cpu_ns() - start;
    assert(tlps >= runs_tlps);
    report("TLPs/s of CPU, one PCIe link alone", tlps, ns);
    d.stop = true;
    stage_loop_run(&loop, loop.now_ps + PS_PER_MS);
    pcie_link_destroy(d.link);
}
} // namespace

int main()
{
    bench_path();
    bench_pcie();
    return 0;
}
