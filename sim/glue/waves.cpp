#include "sim/glue/waves.h"

#include "models/process/child.h"
#include "sim/glue/ctx_cache_rtl_impl.h"
#include "sim/glue/fst_file.h"
#include "sim/glue/fst_stdio.h"

extern "C" {
#include "models/base/frame.h"
}

#include "Vprobe.h"

#include <verilated_fst_c.h>

#include <csignal>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

static constexpr int moves_max = 4;
static constexpr int trace_levels = 99;

/* The pins of one event counter, with the number of events and the properties of the last one. */
struct event_pins {
    SData *count;
    SData *bytes;
    IData *conn; /* null if the event has a kind instead */
    CData *kind;
};

struct move_pins {
    CData *active;
    IData *conn;
    SData *gen;
    CData *mark;
};

struct waves {
    waves(rtl_domain *domain, ctx_cache_rtl *cache0, ctx_cache_rtl *cache1, const char *path);

    void touch(uint64_t now_ps);
    void dump();
    void count(const event_pins &pins, const probe_event &event, uint32_t bytes);
    void on_move(const probe_event &event);
    void on_event(const probe_event &event);

    ctx_cache_rtl *caches[2];
    Vprobe probe;
    VerilatedFstC fst;
    std::string path, temporary;
    bool on = false;
    bool pending = false; /* something happened at pending_ps and was not dumped yet */
    uint64_t pending_ps = 0;
    event_pins links[2][2]; /* [nic][transmit] */
    event_pins pcies[2][2]; /* [nic][down] */
    move_pins moves[moves_max];
};

waves::waves(rtl_domain *domain, ctx_cache_rtl *cache0, ctx_cache_rtl *cache1, const char *path_)
    : caches{cache0, cache1}, probe(&domain->context, "system"), path(path_),
      temporary(path + ".tmp"),
      links{{{&probe.link0_rx_frames_i, &probe.link0_rx_bytes_i, &probe.link0_rx_conn_i, nullptr},
             {&probe.link0_tx_frames_i, &probe.link0_tx_bytes_i, &probe.link0_tx_conn_i, nullptr}},
            {{&probe.link1_rx_frames_i, &probe.link1_rx_bytes_i, &probe.link1_rx_conn_i, nullptr},
             {&probe.link1_tx_frames_i, &probe.link1_tx_bytes_i, &probe.link1_tx_conn_i, nullptr}}},
      pcies{{{&probe.pcie0_up_tlps_i, &probe.pcie0_up_bytes_i, nullptr, &probe.pcie0_up_kind_i},
             {&probe.pcie0_down_tlps_i, &probe.pcie0_down_bytes_i, nullptr,
              &probe.pcie0_down_kind_i}},
            {{&probe.pcie1_up_tlps_i, &probe.pcie1_up_bytes_i, nullptr, &probe.pcie1_up_kind_i},
             {&probe.pcie1_down_tlps_i, &probe.pcie1_down_bytes_i, nullptr,
              &probe.pcie1_down_kind_i}}},
      moves{{&probe.move0_active_i, &probe.move0_conn_i, &probe.move0_gen_i, &probe.move0_mark_i},
            {&probe.move1_active_i, &probe.move1_conn_i, &probe.move1_gen_i, &probe.move1_mark_i},
            {&probe.move2_active_i, &probe.move2_conn_i, &probe.move2_gen_i, &probe.move2_mark_i},
            {&probe.move3_active_i, &probe.move3_conn_i, &probe.move3_gen_i, &probe.move3_mark_i}}
{
    fst.set_time_unit("1ps");
    fst.set_time_resolution("1ps");
    for (ctx_cache_rtl *cache : caches)
        cache->port->trace(&fst, trace_levels);
    probe.trace(&fst, trace_levels);
    probe.eval();
    fst.open(temporary.c_str());
}

/* Called before something happens at now_ps. All changes before that time are complete then and
 * can be dumped. An idle clock edge that a cache makes up for later changes nothing, so its
 * earlier time does not matter. */
void waves::touch(uint64_t now_ps)
{
    if (!on || (pending && now_ps <= pending_ps))
        return;
    dump();
    pending = true;
    pending_ps = now_ps;
}

void waves::dump()
{
    if (!pending)
        return;
    pending = false;
    probe.eval();
    fst.dump(pending_ps);
}

static uint32_t frame_bytes(const probe_event &event)
{
    return event.frame.frame ? event.frame.frame->len : 0;
}

void waves::count(const event_pins &pins, const probe_event &event, uint32_t bytes)
{
    ++*pins.count;
    *pins.bytes = static_cast<SData>(bytes);
    if (pins.conn)
        *pins.conn = event.conn & 0xffffffu;
    else
        *pins.kind = static_cast<CData>(event.tlp.kind);
}

/* A move keeps its pins from its beginning to its end. If more than four moves are open at once,
 * the others are not shown. */
void waves::on_move(const probe_event &event)
{
    move_pins *mine = nullptr;
    for (move_pins &move : moves) {
        if (*move.active && *move.conn == event.conn)
            mine = &move;
        else if (!*move.active && !mine && event.kind == PROBE_MOVE_BEGIN)
            mine = &move;
    }
    if (!mine)
        return;
    *mine->active = event.kind != PROBE_MOVE_END;
    *mine->conn = event.conn & 0xffffffu;
    *mine->gen = event.gen;
    if (event.kind == PROBE_MOVE_MARK)
        *mine->mark = event.mark.mark & 15u;
    else if (event.kind == PROBE_MOVE_BEGIN)
        *mine->mark = 0;
}

/* The pins follow the events outside of windows too, so that a window opens with the correct
 * state. */
void waves::on_event(const probe_event &event)
{
    touch(event.now_ps);
    switch (static_cast<probe_kind>(event.kind)) {
    case PROBE_FRAME_RX:
        count(links[event.nic & 1][0], event, frame_bytes(event));
        break;
    case PROBE_FRAME_TX:
        count(links[event.nic & 1][1], event, frame_bytes(event));
        break;
    case PROBE_PCIE_TLP:
        count(pcies[event.nic & 1][event.tlp.direction & 1], event, event.tlp.wire_bytes);
        break;
    default:
        on_move(event);
        break;
    }
}

static void waves_before_edge(void *self, uint64_t edge_ps)
{
    static_cast<waves *>(self)->touch(edge_ps);
}

static void waves_on_event(void *self, const probe_event *event)
{
    static_cast<waves *>(self)->on_event(*event);
}

struct waves *waves_create(rtl_domain *domain, ctx_cache_rtl *cache0, ctx_cache_rtl *cache1,
                           const char *path, error *err)
{
    waves *result = new waves(domain, cache0, cache1, path);
    if (!result->fst.isOpen()) {
        error_set(err, STATUS_ENVIRONMENT, "%s: cannot be written", result->temporary.c_str());
        delete result;
        return nullptr;
    }
    return result;
}

void waves_set_on(struct waves *waves, bool on, uint64_t now_ps)
{
    if (waves->on == on)
        return;
    if (on)
        waves->on = true;
    waves->touch(now_ps);
    waves->probe.waves_on_i = on;
    for (ctx_cache_rtl *cache : waves->caches) {
        cache->one_edge_at_a_time = on;
        cache->port->set_watch(on ? ctx_port_watch{waves_before_edge, waves} : ctx_port_watch{});
    }
    if (!on) {
        waves->dump();
        waves->on = false;
    }
}

bool waves_is_on(const struct waves *waves) { return waves->on; }

probe_listener waves_listener(struct waves *waves)
{
    uint64_t kinds = UINT64_C(1) << PROBE_FRAME_RX | UINT64_C(1) << PROBE_FRAME_TX |
                     UINT64_C(1) << PROBE_PCIE_TLP | UINT64_C(1) << PROBE_MOVE_BEGIN |
                     UINT64_C(1) << PROBE_MOVE_MARK | UINT64_C(1) << PROBE_MOVE_END;
    return {waves_on_event, waves, kinds};
}

// The FST library may crash while it closes a file that a full disk has cut short, so the file is
// closed in a child process. The parent's writer must never close after that, so the writer stays
// reachable until the process ends. At that end its buffers reach the temporary file too, which is
// why fst_file_finish() publishes a copy.
static bool close_in_child(struct waves *waves)
{
    static std::vector<struct waves *> closed;
    closed.push_back(waves);
    pid_t child = fork();
    if (child == 0) {
        (void)signal(SIGBUS, SIG_DFL); // the parent's handler would remove the parent's files
        waves->fst.close();
        _exit(fst_stdio_failed());
    }
    int status = 1;
    return child_wait(child, &status) && status == 0;
}

status waves_close(struct waves *waves, error *err)
{
    waves->dump();
    for (ctx_cache_rtl *cache : waves->caches)
        cache->port->set_watch({});
    const std::string &path = waves->path, &temporary = waves->temporary;
    if (close_in_child(waves))
        return fst_file_finish(temporary.c_str(), path.c_str(), err);
    (void)unlink(temporary.c_str());
    (void)unlink((temporary + ".hier").c_str());
    return error_set(err, STATUS_ENVIRONMENT, "%s: cannot be written completely (disk full?)",
                     path.c_str());
}

#ifdef __SANITIZE_ADDRESS__
// The library's writer is closed only in a child, so the parent never frees it.
extern "C" const char *__lsan_default_suppressions();
extern "C" const char *__lsan_default_suppressions()
{
    return "leak:fstWriter\nleak:VerilatedFst\nleak:VerilatedTrace\n";
}
#endif
