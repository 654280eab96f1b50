// Measures what one evaluated cycle of the context cache costs, first through the glue's port with
// the operations of bulk traffic, and then with the bare Verilated cache in a plain loop that
// drives the same pins as the port did.
#include "sim/bench/cache_load.h"

#include "Vctx_cache.h"

#include <cstdio>
#include <ctime>

namespace
{
constexpr uint32_t conns = 256, frames_recorded = 1500, rounds = 5;

struct pins {
    uint8_t rst_n, op_valid, ret_valid, lookup_valid, lookup_tag, wdata_valid, mem_rdata_valid,
        mem_rdata_id;
    uint16_t op_code, ret_code, ret_mask;
    uint32_t op_tag, ret_tag;
    uint64_t op_gen, ret_gen;
    VlWide<3> op_conn, ret_conn;
    VlWide<10> lookup_key;
    VlWide<16> wdata, mem_rdata;
};

uint64_t digest_next(uint64_t digest, const Vctx_cache &m)
{
    uint64_t word = m.rsp_rdata_o[0] ^ m.mem_req_line_o ^
                    static_cast<uint64_t>(m.rsp_result_o) << 32 ^
                    static_cast<uint64_t>(m.lookup_rsp_conn_o) << 36;
    word ^= static_cast<uint64_t>(m.rsp_valid_o << 1 | m.lookup_rsp_valid_o | m.op_ready_o << 4 |
                                  m.ret_rsp_valid_o << 8)
            << 48;
    return (digest ^ word) * UINT64_C(0x100000001b3);
}

// The cache with a recorder on its pins. ctx_cache_port uses it like the real cache.
class recorded_cache : public Vctx_cache
{
public:
    recorded_cache(VerilatedContext *context, const char *name) : Vctx_cache(context, name) {}
    void eval()
    {
        Vctx_cache::eval();
        if (!clk_i || !tape)
            return;
        if (rst_ni)
            digest = digest_next(digest, *this);
        tape->push_back({rst_ni,       op_valid_i,    ret_valid_i,       lookup_valid_i,
                         lookup_tag_i, wdata_valid_i, mem_rdata_valid_i, mem_rdata_id_i,
                         op_code_i,    ret_code_i,    ret_mask_i,        op_tag_i,
                         ret_tag_i,    op_gen_i,      ret_gen_i,         op_conn_i,
                         ret_conn_i,   lookup_key_i,  wdata_i,           mem_rdata_i});
    }
    static std::vector<pins> *tape;
    uint64_t digest = 0;
};
std::vector<pins> *recorded_cache::tape;

void drive(Vctx_cache &m, const pins &p)
{
    m.clk_i = 0;
    m.rst_ni = p.rst_n;
    m.op_valid_i = p.op_valid;
    m.ret_valid_i = p.ret_valid;
    m.lookup_valid_i = p.lookup_valid;
    m.lookup_tag_i = p.lookup_tag;
    m.wdata_valid_i = p.wdata_valid;
    m.mem_rdata_valid_i = p.mem_rdata_valid;
    m.mem_rdata_id_i = p.mem_rdata_id;
    m.op_code_i = p.op_code;
    m.ret_code_i = p.ret_code;
    m.ret_mask_i = p.ret_mask;
    m.op_tag_i = p.op_tag;
    m.ret_tag_i = p.ret_tag;
    m.op_gen_i = p.op_gen;
    m.ret_gen_i = p.ret_gen;
    m.op_conn_i = p.op_conn;
    m.ret_conn_i = p.ret_conn;
    m.lookup_key_i = p.lookup_key;
    m.wdata_i = p.wdata;
    m.mem_rdata_i = p.mem_rdata;
    m.eval();
    m.clk_i = 1;
    m.eval();
}

// The processor time of this thread, because other programs use the machine too.
uint64_t cpu_ns()
{
    timespec t = {};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<uint64_t>(t.tv_sec) * 1000000000 + static_cast<uint64_t>(t.tv_nsec);
}

// Runs power-up and the INSTALL operations first, and then the recorded part. Only the time of the
// recorded part is measured.
uint64_t bare_ns(VerilatedContext *context, const std::vector<pins> &setup,
                 const std::vector<pins> &tape, uint64_t *digest)
{
    Vctx_cache m(context, "bare");
    m.rsp_ready_i = m.ret_rsp_ready_i = m.lookup_rsp_ready_i = m.mem_req_ready_i =
        m.mem_wdata_ready_i = 1;
    m.rst_ni = 1;
    m.clk_i = 0;
    m.eval();
    for (const pins &p : setup)
        drive(m, p);
    uint64_t start = cpu_ns();
    for (const pins &p : tape) {
        drive(m, p);
        *digest = digest_next(*digest, m);
    }
    return cpu_ns() - start;
}

uint64_t port_ns(VerilatedContext *context, uint64_t *cycles)
{
    cache_load<Vctx_cache> load(context, conns);
    uint64_t before = load.cycles();
    uint64_t start = cpu_ns();
    load.frames(frames_recorded, conns);
    uint64_t ns = cpu_ns() - start;
    *cycles = load.cycles() - before;
    return ns;
}
} // namespace

int main()
{
    std::vector<pins> setup, tape;
    recorded_cache::tape = &setup;
    // There is only one context, because scopes leave the thread's last context (Verilator 5.006).
    VerilatedContext context;
    context.randReset(0);
    cache_load<recorded_cache> load(&context, conns);
    load.model().digest = 0;
    recorded_cache::tape = &tape;
    load.frames(frames_recorded, conns);
    if (load.misses() > 0)
        std::abort(); // the workload must hit the cache in every operation
    uint64_t best_bare = UINT64_MAX, best_port = UINT64_MAX, cycles = 0;
    for (uint32_t round = 0; round < rounds; round++) {
        uint64_t digest = 0;
        best_bare = u64_min(best_bare, bare_ns(&context, setup, tape, &digest));
        if (digest != load.model().digest) {
            std::fprintf(stderr, "bench_cache: the bare loop computes something else\n");
            return 1;
        }
        best_port = u64_min(best_port, port_ns(&context, &cycles));
    }
    // The best of several rounds counts, because other programs use the machine too.
    std::printf("%llu %llu %llu\n", static_cast<unsigned long long>(best_bare / tape.size()),
                static_cast<unsigned long long>(best_port / cycles),
                static_cast<unsigned long long>(cycles / frames_recorded));
    return 0;
}
