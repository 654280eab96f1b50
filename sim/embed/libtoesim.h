// Private to libtoesim: the one simulation and the thread that SystemC lives in.
#ifndef TOESIM_SIM_LIBTOESIM_H
#define TOESIM_SIM_LIBTOESIM_H

#include "sim/testbed/peer_side.h"
#include "sim/testbed/testbed.h"
#include "sim/toesim.h"

#include "host-sw/app/socket_calls.h"
#include "host-sw/app/socket_options.h"
#include "models/hwif/conn_ctx.h"

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

// Out of the probe: what became of frames, moves and contexts. Influences nothing.
struct toesim_watch {
    struct connection {
        bool has_context, has_irs;
        uint8_t state;
        uint32_t irs, flags, snd_una, snd_nxt, rcv_nxt, snd_wnd, cwnd, ssthresh, rto_us, srtt_us;
        uint16_t mss;
    };
    uint64_t frame_id = 0; // the last one put
    toesim_fate fate = {};
    uint32_t moves_begun = 0, moves_ended = 0;
    const host_sw *host = nullptr;
    std::vector<connection> rows; // as the directory's
    std::vector<uint32_t> row_of; // connection id to row

    void listen(probe *probe, uint32_t conn_max);
    void on_event(const probe_event &event);
    void on_context(uint32_t conn, const conn_ctx &context);
    void on_open(const probe_event &event);
    void put(uint64_t id);
};

struct toesim_frame {
    uint64_t at_ps;
    std::vector<uint8_t> bytes;
};

// Whoever calls holds `lock` for the length of a call; the thread works only while a caller waits
// for it in ask(). So all but building, advancing and tearing down is done by the caller's thread.
struct toesim {
    std::mutex lock;
    std::unique_ptr<testbed> bed;
    socket_app *sockets = nullptr;
    sim_config config = {};
    external_traffic traffic = {};
    toesim_watch watch;
    std::deque<toesim_frame> frames;
    uint64_t frames_lost = 0;
    bool violated = false;

    enum class request { none, advance, stop };
    std::thread thread;
    std::mutex baton;
    std::condition_variable changed;
    request wanted = request::none;
    bool is_built = false;
    uint64_t until_ps = 0;

    void ask(request what);
    int serve(); // sc_main() of this process
    bool build();
    void advance_thread();
    int advance(uint64_t to_ps);
    void kick_if_wanted();
};

// Sets errno and the text of toesim_error(); returns -1.
int toesim_fail(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
