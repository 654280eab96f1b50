/* The injection port of one Verilated context cache: one soft error under way at a time. */
#ifndef TOESIM_SIM_GLUE_CTX_INJECT_PORT_H
#define TOESIM_SIM_GLUE_CTX_INJECT_PORT_H

#include "models/base/units.h"

extern "C" {
#include "models/hwif/ctx_store.h"
}

#include <cassert>

template <class Model> class ctx_inject_port
{
public:
    /* False: the one before has not happened yet. */
    bool submit(const ctx_flip &flip, uint64_t now_ps)
    {
        assert(flip.tag || (flip.line < CTX_LINES && flip.bit < CTX_LINE_STORED_BITS));
        if (busy_)
            return false;
        busy_ = offered_ = true;
        since_ps_ = now_ps;
        flip_ = flip;
        return true;
    }

    void clear() { busy_ = offered_ = false; }

    /* Since when it waits to be taken; TIME_NEVER: none does. */
    uint64_t offered_ps() const { return offered_ ? since_ps_ : TIME_NEVER; }

    /* The inputs before the edge at now_ps. */
    void offer(Model &m, uint64_t now_ps)
    {
        m.inject_valid_i = offered_ && since_ps_ < now_ps;
        if (!m.inject_valid_i)
            return;
        m.inject_tag_i = flip_.tag;
        m.inject_conn_i = flip_.conn & 0xffffffu;
        m.inject_line_i = flip_.line & 7u;
        m.inject_bit_i = flip_.bit & 1023u;
        offered_ = !m.inject_ready_o;
    }

    /* The outputs behind the edge. */
    void note(const Model &m)
    {
        if (!m.evt_inject_o)
            return;
        assert(busy_ && !offered_);
        assert(!m.commit_valid_o && !m.evt_fill_o);
        busy_ = false;
    }

private:
    bool busy_ = false;    /* from submission until it happens */
    bool offered_ = false; /* not yet taken by the cache */
    uint64_t since_ps_ = 0;
    ctx_flip flip_ = {};
};

#endif
