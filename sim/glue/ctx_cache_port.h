/*
 * Drives the ports of one Verilated context cache, of any shape, on its clock grid. Translates
 * struct ctx_req and struct ctx_rsp to channels and back; decides nothing but which edges may be
 * left out.
 *
 * A request submitted at s is offered from the first edge after s on. A response ends at the edge
 * that takes its last beat, and is given to the client there. No output of the cache depends on an
 * input, so what happens at an edge is known before it.
 */
#ifndef TOESIM_SIM_GLUE_CTX_CACHE_PORT_H
#define TOESIM_SIM_GLUE_CTX_CACHE_PORT_H

#include "sim/glue/ctx_dram.h"
#include "sim/glue/ctx_inject_port.h"
#include "sim/glue/ctx_port_count.h"
#include "sim/glue/ctx_port_pack.h"
#include "sim/glue/ctx_start_port.h"

#include <verilated.h>

#include <memory>

struct ctx_port_params {
    uint32_t conn_ids, sets;
    uint64_t cycle_ps;
    uint64_t dram_latency_ps, dram_beat_ps;
    bool skip_idle;
};

/* Called before the cache's state changes at an edge, so that the state before it can be recorded;
 * not at idle edges, which change nothing. */
struct ctx_port_watch {
    void (*before_edge)(void *self, uint64_t edge_ps);
    void *self;
};

/* The order of all effects, for who replays them on the golden model: called in that order. */
enum class ctx_effect { commit, fill, scan_row, move, lookup, inject };
struct ctx_port_effects {
    /* who's operation (or return), or LOOKUP: it has its effects now; or its miss is filled, or its
     * SCAN reads a row; or (who 0) the lookup table moves an entry, or the soft error submitted happens. */
    void (*on_effect)(void *self, ctx_effect effect, bool is_return, uint8_t who);
    void *self;
};

/* Channels that somebody holds up: answers and DRAM requests and write data not taken, data not given. */
enum ctx_stall : uint8_t {
    stall_rsp = 1,
    stall_ret_rsp = 2,
    stall_lookup_rsp = 4,
    stall_wdata = 8,
    stall_mem_req = 16,
    stall_mem_wdata = 32,
    stall_mem_rdata = 64,
};

template <class Model> class ctx_cache_port
{
public:
    ctx_cache_port(VerilatedContext *context, const char *name, const ctx_port_params &params,
                   ctx_client client)
        : params_(params), client_(client), model_(new Model(context, name)),
          dram_(params.conn_ids, params.dram_latency_ps, params.dram_beat_ps), sets_(params.sets)
    {
        assert(params.cycle_ps > 0);
        stall(0);
        no_inputs();
        model_->rst_ni = 1;
        model_->clk_i = 0;
        model_->eval();
        start_.begin(*model_);
        model_->rst_ni = 0;
        for (int i = 0; i < reset_edges; i++)
            toggle();
        model_->rst_ni = 1;
        while (!model_->ready_o) /* power-up lies before time 0 */
            toggle();
    }

    Model &model() { return *model_; }
    const ctx_store_stats &stats() const { return stats_; }
    ctx_store_stats &stats() { return stats_; }
    const std::vector<ctx_set_stats> &set_stats() const { return sets_; }
    void set_client(ctx_client client) { client_ = client; }
    void set_watch(ctx_port_watch watch) { watch_ = watch; }
    void set_effects(ctx_port_effects effects) { effects_ = effects; }
    const uint8_t *dram(uint32_t conn) const { return dram_.peek(conn); }
    /* For tests: what nobody has written into the DRAM yet is random. */
    void scramble_dram(uint64_t seed) { dram_.scramble(seed); }
    uint32_t boot() const { return model_->boot_i; }
    uint64_t last_edge_ps() const { return last_edge_ps_; }

    bool submit(const ctx_req &req, uint64_t now_ps)
    {
        assert(req.who < CTX_WHO_COUNT && req.op < CTX_OP_CODES);
        assert(now_ps >= last_edge_ps_); /* the cache must not have run past its callers */
        if (req.op == CTX_OP_LOOKUP) {
            if (lookup_count_ == lookups_max)
                return false;
            slot &look = lookups_[(lookup_head_ + lookup_count_++) % lookups_max];
            fill(look, req, now_ps);
            return true;
        }
        slot &mine = slots_[is_return(req.op)][req.who];
        if (mine.busy)
            return false;
        fill(mine, req, now_ps);
        mine.tag = ++tag_;
        return true;
    }

    /* A soft error, offered like a request; false: the one before has not happened yet. */
    bool flip(const ctx_flip &flip, uint64_t now_ps)
    {
        assert(now_ps >= last_edge_ps_);
        return inject_.submit(flip, now_ps);
    }

    /* A word of the hash's key, offered like a request and before all of them. */
    void hash_word(uint32_t word, uint64_t now_ps)
    {
        assert(now_ps >= last_edge_ps_);
        start_.push(word, now_ps);
    }

    /* Some edges of reset, more than any pipeline or assertion remembers; what was under way is
     * forgotten. The DRAM keeps its content. */
    void reset(uint64_t now_ps)
    {
        for (auto &kind : slots_)
            for (slot &each : kind)
                each = slot();
        lookup_head_ = lookup_count_ = lookup_sent_ = 0;
        inject_.clear();
        dram_.forget_requests();
        no_inputs();
        start_.begin(*model_);
        uint64_t skipped = (now_ps - u64_min(now_ps, last_edge_ps_)) / params_.cycle_ps;
        stats_.cycles_skipped += skipped;
        last_edge_ps_ += skipped * params_.cycle_ps;
        model_->rst_ni = 0;
        for (int i = 0; i < reset_edges; i++) {
            if (watch_.before_edge)
                watch_.before_edge(watch_.self, last_edge_ps_ + params_.cycle_ps);
            toggle();
            last_edge_ps_ += params_.cycle_ps;
            stats_.cycles_run++;
        }
        model_->rst_ni = 1;
    }

    bool is_ready() const { return model_->ready_o; }

    /* For tests: holds these channels up (bits of ctx_stall) at every edge until told otherwise. */
    void stall(uint8_t channels)
    {
        stalled_ = channels;
        model_->rsp_ready_i = !(channels & stall_rsp);
        model_->ret_rsp_ready_i = !(channels & stall_ret_rsp);
        model_->lookup_rsp_ready_i = !(channels & stall_lookup_rsp);
        model_->mem_req_ready_i = !(channels & stall_mem_req);
        model_->mem_wdata_ready_i = !(channels & stall_mem_wdata);
    }

    /* The next edge that must be evaluated; TIME_NEVER: none until something is submitted. */
    uint64_t next_edge_ps() const
    {
        uint64_t next = last_edge_ps_ + params_.cycle_ps;
        if (!model_->quiescent_o || inputs_are_offered())
            return next;
        uint64_t offered = u64_min(inject_.offered_ps(), start_.offered_ps());
        for (int kind = 0; kind < 2; kind++)
            for (int who = 0; who < CTX_WHO_COUNT; who++)
                if (slots_[kind][who].offered)
                    offered = u64_min(offered, slots_[kind][who].since_ps);
        if (lookup_sent_ < lookup_count_)
            offered =
                u64_min(offered, lookups_[(lookup_head_ + lookup_sent_) % lookups_max].since_ps);
        uint64_t wanted = offered == TIME_NEVER ? TIME_NEVER : edge_after(offered);
        uint64_t read_ps = dram_.read_ps();
        if (read_ps != TIME_NEVER)
            wanted = u64_min(wanted, edge_at_or_after(read_ps));
        return wanted == TIME_NEVER ? TIME_NEVER : u64_max(wanted, next);
    }

    /* The next edge will end a response. */
    bool answers_next() const
    {
        return model_->lookup_rsp_valid_o || model_->ret_rsp_valid_o ||
               (model_->rsp_valid_o &&
                (!model_->rsp_data_o || model_->rsp_beat_o == CTX_LINES - 1));
    }

    /* Evaluates the edge at edge_ps, and before it those left out so far, or counts them. */
    void advance(uint64_t edge_ps)
    {
        assert(edge_ps % params_.cycle_ps == 0 && edge_ps > last_edge_ps_);
        idle_until(edge_ps - params_.cycle_ps);
        if (watch_.before_edge)
            watch_.before_edge(watch_.self, edge_ps);
        edge(edge_ps);
    }

    /* Accounts for the edges up to limit_ps, none of which has work. */
    void idle_until(uint64_t limit_ps)
    {
        uint64_t idle = (limit_ps - u64_min(limit_ps, last_edge_ps_)) / params_.cycle_ps;
        if (params_.skip_idle) {
            stats_.cycles_skipped += idle;
            last_edge_ps_ += idle * params_.cycle_ps;
            return;
        }
        for (; idle > 0; idle--) {
            assert(model_->quiescent_o && !answers_next());
            edge(last_edge_ps_ + params_.cycle_ps);
        }
    }

private:
    static constexpr uint32_t lookups_max = 16;
    static constexpr int reset_edges = 8;
    struct slot {
        bool busy = false;              /* from submission to response */
        bool offered = false;           /* not yet taken by the cache */
        uint8_t tag = 0, frozen_at = 0; /* FREEZE found the context at this enum ctx_place */
        uint64_t since_ps = 0;
        ctx_req req = {};
        uint8_t image[CTX_BYTES] = {};
    };
    /* Valids of the last edge fall at the next one, also where nobody else would need it. */
    bool inputs_are_offered() const
    {
        const Model &m = *model_;
        return (m.op_valid_i | m.ret_valid_i | m.lookup_valid_i | m.wdata_valid_i |
                m.mem_rdata_valid_i | m.inject_valid_i | m.hash_key_valid_i) != 0;
    }

    static bool is_return(uint8_t op)
    {
        return op == CTX_OP_WRITE_UNLOCK || op == CTX_OP_UNLOCK || op == CTX_OP_REMOVE;
    }

    uint64_t edge_after(uint64_t ps) const
    {
        return (ps / params_.cycle_ps + 1) * params_.cycle_ps;
    }
    uint64_t edge_at_or_after(uint64_t ps) const
    {
        return ceil_div(ps, params_.cycle_ps) * params_.cycle_ps;
    }

    void fill(slot &into, const ctx_req &req, uint64_t now_ps)
    {
        into.busy = into.offered = true;
        into.frozen_at = 0;
        into.since_ps = now_ps;
        into.req = req;
        if (req.op == CTX_OP_WRITE_UNLOCK || req.op == CTX_OP_INSTALL) {
            assert(req.image);
            std::memcpy(into.image, req.image, CTX_BYTES);
        } else if (req.op == CTX_OP_RESERVE || req.op == CTX_OP_RELEASE) {
            ctx_key_to_line(req.key, into.image + CTX_CONST_LINE * CTX_LINE_BYTES);
        }
        into.req.image = nullptr;
    }

    /* The inputs settle before the edge, so that assertions sample what the flip-flops do. */
    void no_inputs()
    {
        Model &m = *model_;
        m.op_valid_i = m.ret_valid_i = m.lookup_valid_i = m.wdata_valid_i = 0;
        m.mem_rdata_valid_i = m.inject_valid_i = m.hash_key_valid_i = 0;
    }

    void toggle()
    {
        model_->clk_i = 0;
        model_->eval();
        model_->clk_i = 1;
        model_->eval();
    }

    void edge(uint64_t now_ps)
    {
        ctx_rsp rsp, ret_rsp, lookup_rsp;
        bool answers = take_response(rsp);
        bool answers_ret = take_return_response(ret_rsp);
        bool answers_lookup = take_lookup_response(lookup_rsp);
        start_.offer(*model_, now_ps);
        offer_slots(now_ps);
        offer_lookup(now_ps);
        if (!start_.waits())
            inject_.offer(*model_, now_ps);
        give_write_data();
        serve_memory(now_ps);
        toggle();
        last_edge_ps_ = now_ps;
        stats_.cycles_run++;
        if (effects_.on_effect)
            report_effects();
        inject_.note(*model_);
        ctx_port_count(*model_, stats_, sets_);
        if (model_->evt_freeze_o)
            slots_[0][model_->commit_who_o].frozen_at = ctx_port_frozen_at(*model_);
        if (answers_lookup)
            client_.on_response(client_.self, &lookup_rsp, now_ps);
        if (answers_ret)
            client_.on_response(client_.self, &ret_rsp, now_ps);
        if (answers)
            client_.on_response(client_.self, &rsp, now_ps);
    }

    bool take_response(ctx_rsp &rsp)
    {
        Model &m = *model_;
        if (!m.rsp_valid_o || !m.rsp_ready_i)
            return false;
        if (m.rsp_data_o) {
            std::memcpy(image_ + m.rsp_beat_o * CTX_LINE_BYTES, m.rsp_rdata_o.data(),
                        CTX_LINE_BYTES);
            if (m.rsp_beat_o != CTX_LINES - 1)
                return false;
        }
        slot &mine = slots_[0][m.rsp_who_o];
        assert(mine.busy && !mine.offered && mine.tag == m.rsp_tag_o &&
               mine.req.op == m.rsp_code_o);
        mine.busy = false;
        rsp = {};
        rsp.op = mine.req.op;
        rsp.who = mine.req.who;
        rsp.result = m.rsp_result_o;
        rsp.place = mine.frozen_at ? mine.frozen_at : m.rsp_place_o;
        rsp.gen = m.rsp_gen_o;
        rsp.conn = mine.req.op == CTX_OP_SCAN ? m.rsp_conn_o : mine.req.conn;
        rsp.next = m.rsp_next_o;
        rsp.tag = mine.req.tag;
        rsp.image = m.rsp_data_o && m.rsp_result_o != CTX_BAD ? image_ : nullptr;
        return true;
    }

    bool take_return_response(ctx_rsp &rsp)
    {
        Model &m = *model_;
        if (!m.ret_rsp_valid_o || !m.ret_rsp_ready_i)
            return false;
        slot &mine = slots_[1][m.ret_rsp_who_o];
        assert(mine.busy && !mine.offered && mine.tag == m.ret_rsp_tag_o &&
               mine.req.op == m.ret_rsp_code_o);
        mine.busy = false;
        rsp = {};
        rsp.op = mine.req.op;
        rsp.who = mine.req.who;
        rsp.result = m.ret_rsp_result_o;
        rsp.gen = mine.req.gen;
        rsp.conn = mine.req.conn;
        rsp.tag = mine.req.tag;
        return true;
    }

    bool take_lookup_response(ctx_rsp &rsp)
    {
        Model &m = *model_;
        if (!m.lookup_rsp_valid_o || !m.lookup_rsp_ready_i)
            return false;
        assert(lookup_sent_ > 0);
        slot &mine = lookups_[lookup_head_];
        assert(mine.tag == m.lookup_rsp_tag_o);
        rsp = {};
        rsp.op = CTX_OP_LOOKUP;
        rsp.who = mine.req.who;
        rsp.result = CTX_OK;
        rsp.place = m.lookup_rsp_place_o;
        rsp.gen = m.lookup_rsp_gen_o;
        rsp.conn = m.lookup_rsp_conn_o;
        rsp.tag = mine.req.tag;
        lookup_head_ = (lookup_head_ + 1) % lookups_max;
        lookup_count_--;
        lookup_sent_--;
        return true;
    }

    void offer_slots(uint64_t now_ps)
    {
        Model &m = *model_;
        m.op_valid_i = 0;
        m.ret_valid_i = 0;
        if (start_.waits())
            return;
        for (int who = 0; who < CTX_WHO_COUNT; who++) {
            slot &op = slots_[0][who], &ret = slots_[1][who];
            if (op.offered && op.since_ps < now_ps) {
                m.op_valid_i = static_cast<uint8_t>(m.op_valid_i | 1u << who);
                ctx_put(m.op_code_i, who, 4, op.req.op);
                ctx_put_conn(m.op_conn_i, who, op.req.conn);
                ctx_put(m.op_gen_i, who, 16, op.req.gen);
                ctx_put(m.op_tag_i, who, 8, op.tag);
                op.offered = (m.op_ready_o >> who & 1) == 0;
            }
            if (ret.offered && ret.since_ps < now_ps) {
                m.ret_valid_i = static_cast<uint8_t>(m.ret_valid_i | 1u << who);
                ctx_put(m.ret_code_i, who, 4, ret.req.op);
                ctx_put_conn(m.ret_conn_i, who, ret.req.conn);
                ctx_put(m.ret_gen_i, who, 16, ret.req.gen);
                ctx_put(m.ret_tag_i, who, 8, ret.tag);
                ctx_put(m.ret_mask_i, who, 4, ret.req.mask & 15u);
                ret.offered = (m.ret_ready_o >> who & 1) == 0;
            }
        }
    }

    void offer_lookup(uint64_t now_ps)
    {
        Model &m = *model_;
        m.lookup_valid_i = 0;
        if (lookup_sent_ == lookup_count_ || start_.waits())
            return;
        slot &look = lookups_[(lookup_head_ + lookup_sent_) % lookups_max];
        if (look.since_ps >= now_ps)
            return;
        m.lookup_valid_i = 1;
        look.tag = lookup_tag_;
        m.lookup_tag_i = lookup_tag_;
        std::memcpy(m.lookup_key_i.data(), &look.req.key, sizeof look.req.key);
        if (m.lookup_ready_o) {
            look.offered = false;
            lookup_tag_++;
            lookup_sent_++;
            report(ctx_effect::lookup, false, look.req.who);
        }
    }

    void give_write_data()
    {
        Model &m = *model_;
        m.wdata_valid_i = m.wdata_ready_o && !(stalled_ & stall_wdata);
        if (!m.wdata_valid_i)
            return;
        const slot &mine = slots_[m.wdata_ret_o][m.wdata_who_o];
        assert(mine.busy && !mine.offered);
        std::memcpy(m.wdata_i.data(), mine.image + m.wdata_line_o * CTX_LINE_BYTES, CTX_LINE_BYTES);
    }

    void serve_memory(uint64_t now_ps)
    {
        Model &m = *model_;
        m.mem_rdata_valid_i = dram_.read_ps() <= now_ps && !(stalled_ & stall_mem_rdata);
        if (m.mem_rdata_valid_i && m.mem_rdata_ready_o) {
            std::memcpy(m.mem_rdata_i.data(), dram_.read_data(), CTX_LINE_BYTES);
            m.mem_rdata_id_i = dram_.read_id();
            dram_.read_taken();
        }
        if (m.mem_wdata_valid_o && m.mem_wdata_ready_i)
            dram_.write_beat(m.mem_wdata_o.data());
        if (m.mem_req_valid_o && m.mem_req_ready_i)
            dram_.request(m.mem_req_write_o, m.mem_req_id_o, m.mem_req_line_o, m.mem_req_beats_o,
                          now_ps);
    }

    void report(ctx_effect effect, bool is_return, uint8_t who)
    {
        if (effects_.on_effect)
            effects_.on_effect(effects_.self, effect, is_return, who);
    }

    /* At most one of commit, fill and soft error in a cycle; what shares one with them commutes. */
    void report_effects()
    {
        const Model &m = *model_;
        if (m.evt_displace_o)
            report(ctx_effect::move, false, 0);
        if (m.evt_scan_o)
            report(ctx_effect::scan_row, false, m.evt_scan_who_o);
        if (m.evt_fill_o)
            report(ctx_effect::fill, false, m.commit_who_o);
        if (m.commit_valid_o)
            report(ctx_effect::commit, m.commit_ret_o, m.commit_who_o);
        if (m.evt_inject_o)
            report(ctx_effect::inject, false, 0);
    }

    ctx_port_params params_;
    ctx_client client_;
    ctx_port_watch watch_ = {};
    ctx_port_effects effects_ = {};
    std::unique_ptr<Model> model_;
    ctx_dram dram_;
    ctx_store_stats stats_ = {};
    std::vector<ctx_set_stats> sets_;
    uint64_t last_edge_ps_ = 0;
    uint8_t stalled_ = 0;
    slot slots_[2][CTX_WHO_COUNT]; /* [is_return][who] */
    slot lookups_[lookups_max];    /* ring: lookup_sent_ of lookup_count_ are in the cache */
    uint32_t lookup_head_ = 0, lookup_count_ = 0, lookup_sent_ = 0;
    ctx_inject_port<Model> inject_;
    ctx_start_port<Model> start_;
    uint8_t tag_ = 0, lookup_tag_ = 0;
    uint8_t image_[CTX_BYTES] = {};
};

#endif
