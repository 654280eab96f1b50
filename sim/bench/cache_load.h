/* A load for a context cache, which runs one operation after the other through the glue's port.
 * bench_cache measures it, and train_cache runs it to make the compiler's profile. */
#ifndef TOESIM_SIM_BENCH_CACHE_LOAD_H
#define TOESIM_SIM_BENCH_CACHE_LOAD_H

#include "sim/glue/ctx_cache_port.h"

template <class Model> class cache_load
{
public:
    /* Installs connections 0 to conns - 1, which are in the cache or its DRAM from then on. */
    cache_load(VerilatedContext *context, uint32_t conns)
        : port_(context, "bench", {65536, 128, cycle_ps, 51650, 3330, true}, {on_response, this})
    {
        for (uint32_t conn = 0; conn < conns; conn++)
            operate(request(CTX_OP_INSTALL, CTX_WHO_DRIVER, conn, image_of(conn)));
        std::memset(image_, 7, sizeof image_);
    }

    /* Runs the operations of bulk traffic for connections 0 to conns - 1. Each received frame
     * causes a LOOKUP, a lock by RX, and two locks by TX for the frames that it allows to be
     * sent. */
    void frames(uint32_t count, uint32_t conns)
    {
        for (uint32_t i = 0; i < count; i++) {
            uint32_t conn = next_ = (next_ + 37) % conns;
            operate(request(CTX_OP_LOOKUP, CTX_WHO_RX, conn, nullptr));
            for (uint8_t who : {CTX_WHO_RX, CTX_WHO_TX, CTX_WHO_TX}) {
                operate(request(CTX_OP_READ_LOCK, who, conn, nullptr));
                operate(request(CTX_OP_WRITE_UNLOCK, who, conn, image_));
            }
        }
    }

    /* Moves each of connections 0 to conns - 1 out of the cache and back under the next
     * generation. */
    void move(uint32_t conns)
    {
        uint16_t gen = gen_++;
        for (uint32_t conn = 0; conn < conns; conn++) {
            gen_ = gen;
            for (uint8_t op : {CTX_OP_FREEZE, CTX_OP_EXTRACT, CTX_OP_RELEASE})
                operate(request(op, CTX_WHO_DRIVER, conn, nullptr));
            gen_++;
            operate(request(CTX_OP_RESERVE, CTX_WHO_DRIVER, conn, nullptr));
            operate(request(CTX_OP_INSTALL, CTX_WHO_DRIVER, conn, image_of(conn)));
        }
    }

    Model &model() { return port_.model(); }
    uint64_t cycles() const { return port_.stats().cycles_run; }
    uint64_t misses() const { return port_.stats().misses; }

private:
    static constexpr uint64_t cycle_ps = 4000;

    ctx_req request(uint8_t op, uint8_t who, uint32_t conn, const uint8_t *image) const
    {
        ctx_req req = {};
        req.op = op;
        req.who = who;
        req.gen = gen_;
        req.conn = conn;
        req.mask = op == CTX_OP_WRITE_UNLOCK ? 15 : 0;
        req.key = key_of(conn);
        req.image = image;
        return req;
    }
    static flow_key key_of(uint32_t conn)
    {
        flow_key key = {};
        key.lport = 80;
        key.rport = static_cast<uint16_t>(1000 + conn);
        key.ip_version = 4;
        return key;
    }
    const uint8_t *image_of(uint32_t conn)
    {
        flow_key key = key_of(conn);
        std::memset(image_, static_cast<int>(conn), sizeof image_);
        uint8_t *line = image_ + CTX_CONST_LINE * CTX_LINE_BYTES; // addresses and ports, VLAN at 42
        std::memset(line, 0, CTX_LINE_BYTES);
        std::memcpy(line, &key, 36);
        std::memcpy(line + 42, &key.vlan, sizeof key.vlan);
        line[44] = key.ip_version;
        return image_;
    }
    static void on_response(void *self, const ctx_rsp *rsp, uint64_t)
    {
        if (rsp->result != CTX_OK || (rsp->op == CTX_OP_LOOKUP && rsp->place != CTX_PLACE_HOT &&
                                      rsp->place != CTX_PLACE_COLD))
            std::abort(); // the operation must succeed on a connection that is known
        static_cast<cache_load *>(self)->waiting_ = false;
    }
    void operate(const ctx_req &req)
    {
        waiting_ = port_.submit(req, port_.last_edge_ps());
        while (waiting_ || port_.next_edge_ps() == port_.last_edge_ps() + cycle_ps)
            port_.advance(port_.next_edge_ps());
    }

    ctx_cache_port<Model> port_;
    uint32_t next_ = 0;
    uint16_t gen_ = 1;
    bool waiting_ = false;
    uint8_t image_[CTX_BYTES] = {};
};

#endif
