/* What a context cache is told between its reset and its first request: the number of this start, and
 * the key of its row hash. */
#ifndef TOESIM_SIM_GLUE_CTX_START_PORT_H
#define TOESIM_SIM_GLUE_CTX_START_PORT_H

#include "models/base/units.h"

#include <cassert>
#include <cstdint>

template <class Model> class ctx_start_port
{
public:
    /* While reset is low. A card takes the number from a counter that outlives its power. */
    void begin(Model &m)
    {
        m.boot_i = ++boot_;
        count_ = 0;
    }

    void push(uint32_t word, uint64_t now_ps)
    {
        assert(count_ < words_max);
        words_[count_++] = {word, now_ps};
    }

    bool waits() const { return count_ > 0; }

    /* Since when the next word waits; TIME_NEVER: none does. */
    uint64_t offered_ps() const { return count_ > 0 ? words_[0].since_ps : TIME_NEVER; }

    /* The inputs before the edge at now_ps: one word each. */
    void offer(Model &m, uint64_t now_ps)
    {
        m.hash_key_valid_i = count_ > 0 && words_[0].since_ps < now_ps;
        if (!m.hash_key_valid_i)
            return;
        m.hash_key_i = words_[0].value;
        count_--;
        for (uint32_t i = 0; i < count_; i++)
            words_[i] = words_[i + 1];
    }

private:
    static constexpr uint32_t words_max = 32;
    struct waiting {
        uint32_t value;
        uint64_t since_ps;
    };
    waiting words_[words_max] = {};
    uint32_t count_ = 0, boot_ = 0;
};

#endif
