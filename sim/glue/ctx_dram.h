/* The context DRAM behind one cache: when a burst's beats move, and the lines, stored from their
 * first use on. */
#ifndef TOESIM_SIM_GLUE_CTX_DRAM_H
#define TOESIM_SIM_GLUE_CTX_DRAM_H

#include "models/base/units.h"

#include <cassert>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

/* One channel: a read's first beat comes latency_ps after its request, or when the bus is free;
 * each further beat beat_ps later. Writes are taken at once and occupy the bus. */
class ctx_dram
{
public:
    static constexpr uint32_t lines_per_conn = 6;
    static constexpr uint32_t line_bytes = 64;

    ctx_dram(uint32_t conn_ids, uint64_t latency_ps, uint64_t beat_ps)
        : latency_ps_(latency_ps), beat_ps_(beat_ps), conns_(conn_ids, nullptr)
    {
    }
    ctx_dram(const ctx_dram &) = delete;
    ctx_dram &operator=(const ctx_dram &) = delete;
    ~ctx_dram()
    {
        for (uint8_t *conn : conns_)
            std::free(conn);
    }

    /* A reset of the cache: requests are dropped, the content stays. */
    void forget_requests()
    {
        free_ps_ = 0;
        read_head_ = read_count_ = 0;
        write_count_ = write_head_ = 0;
    }

    /* From now on lines are random before they are first written. */
    void scramble(uint64_t seed)
    {
        scrambled_ = true;
        seed_ = seed;
    }

    /* id comes back with each beat of a read. */
    void request(bool write, uint8_t id, uint32_t line, uint32_t beats, uint64_t now_ps)
    {
        assert(beats > 0);
        if (write) {
            assert(write_count_ < writes_max);
            writes_[(write_head_ + write_count_++) % writes_max] = {line, beats, 0, 0};
            free_ps_ = u64_max(free_ps_, now_ps) + beats * beat_ps_;
            return;
        }
        assert(read_count_ < reads_max);
        uint64_t first = u64_max(now_ps + latency_ps_, free_ps_);
        reads_[(read_head_ + read_count_++) % reads_max] = {line, beats, first, id};
        free_ps_ = first + beats * beat_ps_;
    }

    void write_beat(const void *data)
    {
        assert(write_count_ > 0);
        burst &write = writes_[write_head_];
        std::memcpy(line(write.line++), data, line_bytes);
        if (--write.beats == 0) {
            write_head_ = (write_head_ + 1) % writes_max;
            write_count_--;
        }
    }

    /* When the next read beat is there; TIME_NEVER: no read is under way. */
    uint64_t read_ps() const { return read_count_ == 0 ? TIME_NEVER : reads_[read_head_].next_ps; }

    const uint8_t *read_data() { return line(reads_[read_head_].line); }
    uint8_t read_id() const { return reads_[read_head_].id; }
    const uint8_t *peek(uint32_t conn) const { return conns_.at(conn); } /* six lines, or null */

    void read_taken()
    {
        burst &read = reads_[read_head_];
        read.line++;
        read.next_ps += beat_ps_;
        if (--read.beats == 0) {
            read_head_ = (read_head_ + 1) % reads_max;
            read_count_--;
        }
    }

private:
    static constexpr uint32_t reads_max = 16, writes_max = 4;
    struct burst {
        uint32_t line, beats;
        uint64_t next_ps;
        uint8_t id;
    };

    uint8_t *line(uint32_t number)
    {
        uint8_t *&conn = conns_.at(number / lines_per_conn);
        bool fresh = !conn;
        if (!conn)
            conn = static_cast<uint8_t *>(std::calloc(lines_per_conn, line_bytes));
        if (!conn)
            std::abort(); /* out of memory: nothing sensible can be simulated any more */
        if (fresh && scrambled_)
            for (uint32_t i = 0; i < lines_per_conn * line_bytes; i += sizeof seed_) {
                seed_ = seed_ * UINT64_C(6364136223846793005) +
                        UINT64_C(1442695040888963407); /* Knuth */
                uint64_t bits = seed_ ^ seed_ >> 32;
                std::memcpy(conn + i, &bits, sizeof bits);
            }
        return conn + number % lines_per_conn * line_bytes;
    }

    uint64_t latency_ps_, beat_ps_, free_ps_ = 0, seed_ = 0;
    bool scrambled_ = false;
    std::vector<uint8_t *> conns_;
    burst reads_[reads_max] = {};
    uint32_t read_head_ = 0, read_count_ = 0;
    burst writes_[writes_max] = {};
    uint32_t write_head_ = 0, write_count_ = 0;
};

#endif
