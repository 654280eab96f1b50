// Measures the speed of the TCP core alone. It receives in-order data segments, parses each one
// from its bytes and acknowledges every second one, and the application reads all data at once. The
// program uses one core and touches no payload.
#include "models/base/units.h"
#include "models/tcp/tcp.h"
#include "models/wire/tcp_hdr.h"

#include <cassert>
#include <cstdio>
#include <cstring>
#include <ctime>

namespace
{
constexpr uint32_t runs_segments = 4000000, payload = 1448, rounds = 3, iss = 1000, irs = 5000;

uint64_t cpu_ns()
{
    timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<uint64_t>(t.tv_sec) * 1000000000u + static_cast<uint64_t>(t.tv_nsec);
}

struct end {
    conn_ctx ctx;
    tcp_params params;
    tcp_now now;
    tcp_result result;
    tcp_tx tx;
};

void feed(end *e, const uint8_t *bytes, uint32_t len)
{
    tcp_segment seg;
    bool ok = tcp_parse(bytes, len, &seg);
    assert(ok);
    (void)ok;
    tcp_input(&e->ctx, &seg, &e->params, e->now, &e->result);
}

void establish(end *e)
{
    uint8_t bytes[64];
    const uint8_t offer[] = {2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 100, 0, 0, 0, 0, 1, 3, 3, 7};
    std::memset(e, 0, sizeof *e);
    tcp_params_default(&e->params);
    e->now = {1000, 1};
    e->ctx.ip_version = 4;
    e->ctx.offered = CTX_FEATURE_MSS | CTX_FEATURE_SACK | CTX_FEATURE_TS | CTX_FEATURE_WS;
    e->ctx.rcv_ws = 3;
    e->ctx.rx_ring_log2 = e->ctx.tx_ring_log2 = 19;
    tcp_open_passive(&e->ctx, iss, &e->params, e->now);
    feed(e, bytes, tcp_build(bytes, 1, 2, irs, 0, TCP_SYN, 60000, 0, offer, sizeof offer));
    bool sent = tcp_output(&e->ctx, &e->params, e->now, &e->tx);
    assert(sent);
    (void)sent;
    const uint8_t stamps[] = {1, 1, 8, 10, 0, 0, 0, 101, 0, 0, 0, 1};
    feed(e, bytes,
         tcp_build(bytes, 1, 2, irs + 1, iss + 1, TCP_ACK, 60000, 0, stamps, sizeof stamps));
    assert(e->ctx.tcp_state == TCP_ESTABLISHED);
}

uint64_t receive(end *e, uint32_t *acks)
{
    static uint8_t bytes[32 + payload];
    const uint8_t stamps[] = {1, 1, 8, 10, 0, 0, 0, 101, 0, 0, 0, 1};
    uint32_t seq = irs + 1;
    uint64_t start = cpu_ns();
    for (uint32_t i = 0; i < runs_segments; i++, seq += payload) {
        // A peer would send the same header each time; only the sequence number changes.
        uint32_t header =
            tcp_build(bytes, 1, 2, seq, iss + 1, TCP_ACK, 60000, 0, stamps, sizeof stamps);
        feed(e, bytes, header + payload);
        tcp_on_app_read(&e->ctx, e->ctx.rcv_nxt, &e->params);
        while (tcp_output(&e->ctx, &e->params, e->now, &e->tx))
            ++*acks;
        e->now.us++;
    }
    return cpu_ns() - start;
}
} // namespace

int main()
{
    uint64_t best = UINT64_MAX;
    for (uint32_t i = 0; i < rounds; i++) {
        end e;
        uint32_t acks = 0;
        establish(&e);
        best = u64_min(best, receive(&e, &acks));
        if (e.ctx.rcv_nxt != irs + 1 + runs_segments * payload || acks < runs_segments / 2) {
            std::fprintf(stderr, "bench_tcp: segments were not taken\n");
            return 1;
        }
    }
    std::printf("%llu TCP core alone, in-order segments/s\n",
                static_cast<unsigned long long>(runs_segments * UINT64_C(1000000000) / best));
    return 0;
}
