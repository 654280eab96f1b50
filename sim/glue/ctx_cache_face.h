/*
 * One Verilated context cache, whatever its shape: the glue and the waves use it through this class. A cache of the default
 * shape is a part of the program; those of other shapes come from libraries that are loaded when a run begins (sim/shape).
 * A library is built from this header too, so both sides agree on the class.
 */
#ifndef TOESIM_SIM_GLUE_CTX_CACHE_FACE_H
#define TOESIM_SIM_GLUE_CTX_CACHE_FACE_H

#include "sim/glue/ctx_cache_port.h"
#include "sim/shape/cache_shape.h"

#include <verilated_fst_c.h>

class ctx_cache_face
{
public:
    virtual ~ctx_cache_face() = default;
    virtual bool submit(const ctx_req &req, uint64_t now_ps) = 0;
    virtual bool flip(const ctx_flip &flip, uint64_t now_ps) = 0;
    virtual void hash_word(uint32_t word, uint64_t now_ps) = 0;
    virtual void reset(uint64_t now_ps) = 0;
    virtual bool is_ready() const = 0;
    virtual uint64_t next_edge_ps() const = 0;
    virtual bool answers_next() const = 0;
    virtual void advance(uint64_t edge_ps) = 0;
    virtual void idle_until(uint64_t limit_ps) = 0;
    virtual const ctx_store_stats &stats() const = 0;
    virtual const std::vector<ctx_set_stats> &set_stats() const = 0;
    virtual void set_client(ctx_client client) = 0;
    virtual void set_watch(ctx_port_watch watch) = 0;
    virtual void set_effects(ctx_port_effects effects) = 0;
    virtual void trace(VerilatedFstC *file, int levels) = 0;
};

template <class Model> class ctx_cache_face_of final : public ctx_cache_face
{
public:
    ctx_cache_face_of(VerilatedContext *context, const char *name, const ctx_port_params &params,
                      ctx_client client)
        : port_(context, name, params, client)
    {
    }
    bool submit(const ctx_req &req, uint64_t now_ps) override { return port_.submit(req, now_ps); }
    bool flip(const ctx_flip &flip, uint64_t now_ps) override { return port_.flip(flip, now_ps); }
    void hash_word(uint32_t word, uint64_t now_ps) override { port_.hash_word(word, now_ps); }
    void reset(uint64_t now_ps) override { port_.reset(now_ps); }
    bool is_ready() const override { return port_.is_ready(); }
    uint64_t next_edge_ps() const override { return port_.next_edge_ps(); }
    bool answers_next() const override { return port_.answers_next(); }
    void advance(uint64_t edge_ps) override { port_.advance(edge_ps); }
    void idle_until(uint64_t limit_ps) override { port_.idle_until(limit_ps); }
    const ctx_store_stats &stats() const override { return port_.stats(); }
    const std::vector<ctx_set_stats> &set_stats() const override { return port_.set_stats(); }
    void set_client(ctx_client client) override { port_.set_client(client); }
    void set_watch(ctx_port_watch watch) override { port_.set_watch(watch); }
    void set_effects(ctx_port_effects effects) override { port_.set_effects(effects); }
    void trace(VerilatedFstC *file, int levels) override { port_.model().trace(file, levels); }

private:
    ctx_cache_port<Model> port_;
};

/* What a library has under the name ctx_cache_library. */
struct ctx_cache_library {
    cache_shape shape; /* the parameters with which its RTL was compiled */
    ctx_cache_face *(*create)(VerilatedContext *context, const char *name,
                              const ctx_port_params *params, const ctx_client *client);
};

#endif
