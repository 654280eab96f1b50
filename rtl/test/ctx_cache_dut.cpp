#include "rtl/test/ctx_cache_dut.h"

#include "sim/glue/ctx_cache_port.h"

#include "Vctx_cache.h"
#include "Vctx_cache_16x4.h"
#include "Vctx_cache_2x1.h"
#include "Vctx_cache_4x2.h"

const ctx_cache_shape ctx_cache_shapes[CTX_CACHE_SHAPES] = {
    {2, 1, 16, 16}, {4, 2, 64, 64}, {16, 4, 256, 1024}, {128, 8, 131072, 65536}};

struct ctx_cache_dut {
    virtual ~ctx_cache_dut() = default;
    virtual bool submit(const ctx_req &req) = 0;
    virtual bool flip(const ctx_flip &flip) = 0;
    virtual void step() = 0;
    virtual void reset() = 0;
    virtual void hash_word(uint32_t word) = 0;
    virtual void scramble_dram(uint64_t seed) = 0;
    virtual uint32_t boot() const = 0;
    virtual void stall(uint8_t channels) = 0;
    virtual bool is_ready() const = 0;
    virtual uint64_t now_ps() const = 0;
    virtual bool is_quiescent() const = 0;
    virtual uint32_t entries_used() const = 0;
    virtual const ctx_store_stats &stats() const = 0;
    virtual void set_effects(ctx_port_effects told) = 0;
    virtual const uint8_t *dram(uint32_t conn) const = 0;
    virtual const ctx_set_stats *set_stats() const = 0;
    ctx_cache_effects effects = {};
};

namespace
{
/* Registers and memories without a reset begin with random values, as in silicon. */
struct random_context : VerilatedContext {
    explicit random_context(int seed)
    {
        randSeed(seed);
        randReset(2);
    }
};

template <class Model> class dut : public ctx_cache_dut
{
public:
    dut(const ctx_cache_shape &shape, int seed, uint64_t latency_ps, ctx_client client)
        : context_(seed),
          port_(&context_, "dut",
                {shape.conn_ids, shape.sets, CTX_CACHE_DUT_CYCLE_PS, latency_ps, 3330, false},
                client)
    {
    }
    bool submit(const ctx_req &req) override { return port_.submit(req, port_.last_edge_ps()); }
    bool flip(const ctx_flip &flip) override { return port_.flip(flip, port_.last_edge_ps()); }
    /* Evaluates one edge. If the simulator would have skipped it, the cache must be quiescent. */
    void step() override
    {
        uint64_t edge_ps = port_.last_edge_ps() + CTX_CACHE_DUT_CYCLE_PS;
        bool idle = port_.next_edge_ps() > edge_ps;
        port_.advance(edge_ps);
        assert(!idle || is_quiescent());
        (void)idle;
    }
    void reset() override { port_.reset(port_.last_edge_ps()); }
    void hash_word(uint32_t word) override { port_.hash_word(word, port_.last_edge_ps()); }
    void scramble_dram(uint64_t seed) override { port_.scramble_dram(seed); }
    uint32_t boot() const override { return port_.boot(); }
    void stall(uint8_t channels) override { port_.stall(channels); }
    bool is_ready() const override { return port_.is_ready(); }
    uint64_t now_ps() const override { return port_.last_edge_ps(); }
    bool is_quiescent() const override { return const_cast<port &>(port_).model().quiescent_o; }
    uint32_t entries_used() const override
    {
        return const_cast<port &>(port_).model().lookup_used_o;
    }
    const ctx_store_stats &stats() const override { return port_.stats(); }
    void set_effects(ctx_port_effects told) override { port_.set_effects(told); }
    const uint8_t *dram(uint32_t conn) const override { return port_.dram(conn); }
    const ctx_set_stats *set_stats() const override { return port_.set_stats().data(); }

private:
    using port = ctx_cache_port<Model>;
    random_context context_;
    port port_;
};

static_assert(EFFECT_COMMIT == int(ctx_effect::commit) && EFFECT_FILL == int(ctx_effect::fill) &&
              EFFECT_SCAN_ROW == int(ctx_effect::scan_row) &&
              EFFECT_MOVE == int(ctx_effect::move) && EFFECT_LOOKUP == int(ctx_effect::lookup) &&
              EFFECT_INJECT == int(ctx_effect::inject));

static_assert(DUT_STALL_RSP == int(stall_rsp) && DUT_STALL_RET_RSP == int(stall_ret_rsp) &&
              DUT_STALL_LOOKUP_RSP == int(stall_lookup_rsp) &&
              DUT_STALL_WDATA == int(stall_wdata) && DUT_STALL_MEM_REQ == int(stall_mem_req) &&
              DUT_STALL_MEM_WDATA == int(stall_mem_wdata) &&
              DUT_STALL_MEM_RDATA == int(stall_mem_rdata));

void tell(void *self, ctx_effect effect, bool is_return, uint8_t who)
{
    auto *dut = static_cast<ctx_cache_dut *>(self);
    dut->effects.on_effect(dut->effects.self, static_cast<ctx_cache_effect>(effect), is_return,
                           who);
}
} // namespace

void ctx_cache_dut_set_effects(ctx_cache_dut *dut, ctx_cache_effects effects)
{
    dut->effects = effects;
    dut->set_effects({tell, dut});
}

const uint8_t *ctx_cache_dut_dram(const ctx_cache_dut *dut, uint32_t conn)
{
    return dut->dram(conn);
}

const ctx_set_stats *ctx_cache_dut_set_stats(const ctx_cache_dut *dut) { return dut->set_stats(); }

ctx_cache_dut *ctx_cache_dut_create(unsigned shape, uint64_t dram_latency_ps, ctx_client client)
{
    const ctx_cache_shape &of = ctx_cache_shapes[shape];
    static int seed; /* differs for each cache of a test, and is the same in each run */
    seed++;
    switch (shape) {
    case 0:
        return new dut<Vctx_cache_2x1>(of, seed, dram_latency_ps, client);
    case 1:
        return new dut<Vctx_cache_4x2>(of, seed, dram_latency_ps, client);
    case 2:
        return new dut<Vctx_cache_16x4>(of, seed, dram_latency_ps, client);
    default:
        return new dut<Vctx_cache>(of, seed, dram_latency_ps, client);
    }
}

void ctx_cache_dut_destroy(ctx_cache_dut *dut) { delete dut; }

bool ctx_cache_dut_submit(ctx_cache_dut *dut, const ctx_req *req) { return dut->submit(*req); }

bool ctx_cache_dut_flip(ctx_cache_dut *dut, const ctx_flip *flip) { return dut->flip(*flip); }

void ctx_cache_dut_step(ctx_cache_dut *dut) { dut->step(); }

void ctx_cache_dut_reset(ctx_cache_dut *dut) { dut->reset(); }

void ctx_cache_dut_hash_word(ctx_cache_dut *dut, uint32_t word) { dut->hash_word(word); }

void ctx_cache_dut_scramble_dram(ctx_cache_dut *dut, uint64_t seed) { dut->scramble_dram(seed); }

uint32_t ctx_cache_dut_boot(const ctx_cache_dut *dut) { return dut->boot(); }

void ctx_cache_dut_stall(ctx_cache_dut *dut, uint8_t channels) { dut->stall(channels); }

bool ctx_cache_dut_is_ready(const ctx_cache_dut *dut) { return dut->is_ready(); }

uint64_t ctx_cache_dut_now_ps(const ctx_cache_dut *dut) { return dut->now_ps(); }

bool ctx_cache_dut_is_quiescent(const ctx_cache_dut *dut) { return dut->is_quiescent(); }

uint32_t ctx_cache_dut_entries_used(const ctx_cache_dut *dut) { return dut->entries_used(); }

const ctx_store_stats *ctx_cache_dut_stats(const ctx_cache_dut *dut) { return &dut->stats(); }
