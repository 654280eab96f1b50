// Measures frames per second through MACs and switch alone: the peer's MAC, a switch port, the
// switch, the member port and the NIC. Only wakers drive the stages, as in the SystemC shells. Each
// line of output has the frames per second of processor time, the runs of a stage per frame, and
// the name of the case. The program judges nothing.
#include "models/base/frame_sink.h"
#include "models/base/units.h"
#include "models/lan_switch/lan_switch.h"
#include "models/mac/mac.h"
#include "models/wire/packet.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace
{
enum { PEER, UPLINK, MEMBER0, MEMBER1, NIC0, NIC1, SWITCH, STAGES };
constexpr unsigned flows = 64, batch = 256;

struct bench {
    frame_pool *pool;
    mac *macs[SWITCH];
    lan_switch *sw;
    stage stages[STAGES];
    uint64_t armed_ps[STAGES];
    uint64_t now_ps, received, runs;
    uint8_t headers[flows][64];
    uint32_t header_bytes;
} net;

void on_wake(void *self, uint64_t at_ps)
{
    uint64_t *armed = static_cast<uint64_t *>(self);
    *armed = u64_min(*armed, at_ps);
}

void receive(void *, frame *f, uint64_t)
{
    net.received++;
    frame_free(net.pool, f);
}

void to_switch(void *, frame *f, uint64_t now_ps)
{
    frame_sink sink = lan_switch_uplink_sink(net.sw);
    frame_sink_accept(&sink, f, now_ps);
}

void make_mac(int which, uint64_t gbps, int nic, frame_sink sink)
{
    mac_params params;
    mac_params_default(&params);
    params.rate_bps = gbps * 1000000000;
    waker w = {on_wake, &net.armed_ps[which]};
    net.macs[which] = mac_create(&params, nic, nullptr, sink, net.pool, &w, nullptr);
    net.stages[which] = mac_stage(net.macs[which], "mac");
}

void make_headers()
{
    for (unsigned i = 0; i < flows; i++) {
        packet_out out = {};
        std::memcpy(out.src_mac, "\2\0\0\0\0\1", 6);
        std::memcpy(out.dst_mac, "\2\0\0\0\0\2", 6);
        out.ip_version = 4;
        out.sport = static_cast<uint16_t>(1000 + i);
        out.dport = 80;
        out.flags = TCP_ACK;
        ip_addr_from_v4(out.src, 0x0a000001);
        ip_addr_from_v4(out.dst, 0x0a000002);
        net.header_bytes = packet_build(net.headers[i], &out, 0);
    }
}

void open(uint64_t edge_gbps, uint64_t link_gbps, port_policy policy)
{
    net = {};
    net.pool = frame_pool_create(1 << 14);
    for (uint64_t &armed : net.armed_ps)
        armed = TIME_NEVER;
    make_headers();
    make_mac(PEER, edge_gbps, -1, {receive, nullptr});
    make_mac(UPLINK, edge_gbps, -1, {to_switch, nullptr});
    for (int i = 0; i < 2; i++) {
        make_mac(MEMBER0 + i, link_gbps, -1, {to_switch, nullptr});
        make_mac(NIC0 + i, link_gbps, i, {receive, nullptr});
    }
    const int pairs[][2] = {{PEER, UPLINK}, {MEMBER0, NIC0}, {MEMBER1, NIC1}};
    for (const auto &pair : pairs) {
        mac_connect(net.macs[pair[0]], net.macs[pair[1]]);
        mac_connect(net.macs[pair[1]], net.macs[pair[0]]);
    }
    lan_switch_params params;
    lan_switch_params_default(&params);
    params.policy = policy;
    const frame_sink members[2] = {mac_tx_sink(net.macs[MEMBER0]), mac_tx_sink(net.macs[MEMBER1])};
    waker w = {on_wake, &net.armed_ps[SWITCH]};
    net.sw = lan_switch_create(&params, members, mac_tx_sink(net.macs[UPLINK]), net.pool, &w);
    net.stages[SWITCH] = lan_switch_stage(net.sw, "switch");
}

void close()
{
    lan_switch_destroy(net.sw);
    for (mac *m : net.macs)
        mac_destroy(m);
    frame_pool_destroy(net.pool);
}

void run()
{
    for (;;) {
        uint64_t next = TIME_NEVER;
        for (uint64_t armed : net.armed_ps)
            next = u64_min(next, armed);
        if (next == TIME_NEVER)
            return;
        net.now_ps = u64_max(net.now_ps, next);
        for (int i = 0; i < STAGES; i++) {
            if (net.armed_ps[i] > net.now_ps)
                continue;
            net.armed_ps[i] = TIME_NEVER;
            net.runs++;
            net.stages[i].run(net.stages[i].self, net.now_ps);
            on_wake(&net.armed_ps[i], net.stages[i].next_ps(net.stages[i].self));
        }
    }
}

void measure(const char *what, uint32_t len, port_policy policy, uint64_t frames)
{
    open(100, 100, policy);
    frame_sink in = mac_tx_sink(net.macs[PEER]);
    std::clock_t start = std::clock();
    for (uint64_t sent = 0; sent < frames; sent += batch) {
        for (unsigned i = 0; i < batch; i++) {
            frame *f = frame_alloc(net.pool, net.now_ps);
            std::memcpy(f->data, net.headers[i % flows], net.header_bytes);
            f->len = len;
            frame_sink_accept(&in, f, net.now_ps);
        }
        run();
    }
    // Processor time is measured, because the program has one thread and other programs may use the
    // machine.
    double seconds = static_cast<double>(std::clock() - start + 1) / CLOCKS_PER_SEC;
    std::printf("%.0f %.2f %s\n", static_cast<double>(net.received) / seconds,
                static_cast<double>(net.runs) / static_cast<double>(net.received), what);
    close();
}
} // namespace

int main(int argc, char **argv)
{
    uint64_t frames = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 2000000;
    measure("64 B, hash", 60, PORT_POLICY_HASH, frames);
    measure("1518 B, hash", 1514, PORT_POLICY_HASH, frames);
    measure("64 B, alternate", 60, PORT_POLICY_ALTERNATE, frames);
    return 0;
}
