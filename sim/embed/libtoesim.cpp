#include "sim/embed/libtoesim.h"

#include "sim/scenario/scenario.h"
#include "sim/testbed/kernel.h"

#include <cassert>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace
{
constexpr size_t frames_max = 65536;
constexpr size_t settings_max = 128;
constexpr uint32_t ethernet_bytes = 14, tags_bytes = 8;

char error_text[8192];
// The one simulation of this process. The object stays after toesim_destroy().
toesim *the_one = nullptr;
std::mutex creating;

enum status load(toesim *sim, const char *scenario, const char *const *settings, size_t count,
                 struct error *err)
{
    std::vector<scenario_set> sets;
    for (size_t i = 0; i < count; i++)
        sets.push_back({settings[i], "toesim_create()"});
    sets.push_back({"traffic.kind=external", "toesim_create()"});
    sets.push_back({"measure.waves=none", "toesim_create()"});
    enum status status = scenario
                             ? scenario_load(scenario, sets.data(), sets.size(), &sim->config, err)
                             : scenario_from_sets(sets.data(), sets.size(), &sim->config, err);
    sim->config.duration_ps = TIME_NEVER; // only the caller decides when the run ends
    return status;
}
} // namespace

int toesim_fail(int error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(error_text, sizeof error_text, format, arguments);
    va_end(arguments);
    errno = error;
    return -1;
}

const char *toesim_error(void) { return error_text; }

// --- the thread ---

bool toesim::build()
{
    traffic.self = this;
    traffic.on_frame = [](void *self, const uint8_t *bytes, uint32_t len, uint64_t now_ps) {
        auto *sim = static_cast<toesim *>(self);
        if (sim->frames.size() == frames_max)
            sim->frames_lost++;
        else
            sim->frames.push_back({now_ps, {bytes, bytes + len}});
    };
    traffic.app = socket_app_ops();
    traffic.app_self = sockets;
    traffic.attach = [](void *self, host_sw *host) {
        socket_app_attach(static_cast<toesim *>(self)->sockets, host);
        static_cast<toesim *>(self)->watch.host = host;
    };
    struct error err = {};
    for (const sim_nic &nic : config.nic)
        if (mac_params_check(&nic.mac, &err) != STATUS_OK ||
            pcie_params_check(&nic.pcie, &err) != STATUS_OK) {
            toesim_fail(EINVAL, "%s", err.text);
            return false;
        }
    if (testbed::prepare(config, &err) != STATUS_OK) {
        toesim_fail(ENOSYS, "%s", err.text);
        return false;
    }
    bed = std::make_unique<testbed>(config, nullptr, &traffic);
    if (bed->is_ready(&err)) {
        watch.listen(bed->probe(), config.team.conn_max);
        return true;
    }
    toesim_fail(ENOMEM, "%s", err.text);
    bed.reset();
    return false;
}

void toesim::advance_thread()
{
    while (!violated && sc_now_ps() < until_ps)
        if (!bed->advance(until_ps - sc_now_ps())) {
            results_input input = {};
            bed->fill_results(&input);
            violated = true;
            toesim_fail(EIO, "%s", check_report(input.check));
        }
}

int toesim::serve()
{
    is_built = build();
    std::unique_lock<std::mutex> hold(baton);
    wanted = request::none; // create() waits for this change
    changed.notify_all();
    while (is_built) {
        changed.wait(hold, [this] { return wanted != request::none; });
        bool stop = wanted == request::stop;
        if (!stop)
            advance_thread();
        else
            bed.reset();
        wanted = request::none;
        changed.notify_all();
        if (stop)
            break;
    }
    return 0;
}

void toesim::ask(request what)
{
    std::unique_lock<std::mutex> hold(baton);
    wanted = what;
    changed.notify_all();
    changed.wait(hold, [this] { return wanted == request::none; });
}

// --- life and time ---

struct toesim *toesim_create(const char *scenario, const char *const *settings, size_t count)
{
    std::lock_guard<std::mutex> guard(creating);
    if (the_one) {
        toesim_fail(EALREADY, "one simulation per process: there is or was one already");
        return nullptr;
    }
    if (count > settings_max) {
        toesim_fail(E2BIG, "%zu settings; give at most %zu", count, settings_max);
        return nullptr;
    }
    auto sim = std::make_unique<toesim>();
    struct error err = {};
    if (load(sim.get(), scenario, settings, count, &err) != STATUS_OK) {
        toesim_fail(EINVAL, "%s", err.text);
        return nullptr;
    }
    sim->sockets = socket_app_create(sim->config.team.conn_max);
    if (!sim->sockets) {
        toesim_fail(ENOMEM, "not enough memory for the sockets");
        return nullptr;
    }
    the_one = sim.release();
    the_one->wanted = toesim::request::advance; // serve() resets it when the system is built
    the_one->thread = std::thread([] {
        kernel_run([](void *self) { return static_cast<toesim *>(self)->serve(); }, the_one);
    });
    {
        std::unique_lock<std::mutex> hold(the_one->baton);
        the_one->changed.wait(hold, [] { return the_one->wanted == toesim::request::none; });
    }
    if (the_one->is_built)
        return the_one;
    the_one->thread.join();
    socket_app_destroy(the_one->sockets);
    the_one->sockets = nullptr;
    errno = ENOMEM;
    return nullptr;
}

void toesim_destroy(struct toesim *sim)
{
    if (!sim)
        return;
    {
        std::lock_guard<std::mutex> guard(sim->lock);
        assert(sim == the_one && sim->bed);
        sim->ask(toesim::request::stop);
        sim->thread.join();
        sim->frames.clear();
        socket_app_destroy(sim->sockets);
        sim->sockets = nullptr;
    }
}

uint64_t toesim_now_ps(struct toesim *sim)
{
    std::lock_guard<std::mutex> guard(sim->lock);
    return sc_now_ps();
}

void toesim::kick_if_wanted()
{
    if (socket_app_wants_kick(sockets))
        bed->kick_application();
}

int toesim::advance(uint64_t to_ps)
{
    if (violated)
        return toesim_fail(EIO, "the simulation has ended: an invariant was violated");
    until_ps = to_ps;
    kick_if_wanted();
    ask(request::advance);
    if (violated)
        errno = EIO;
    return violated ? -1 : 0;
}

int toesim_advance_to(struct toesim *sim, uint64_t until_ps)
{
    std::lock_guard<std::mutex> guard(sim->lock);
    if (until_ps == TOESIM_NEVER)
        return toesim_fail(EINVAL, "advance to no time at all; give one");
    return sim->advance(until_ps);
}

int toesim_advance_next(struct toesim *sim, uint64_t limit_ps)
{
    std::lock_guard<std::mutex> guard(sim->lock);
    if (limit_ps == TOESIM_NEVER)
        return toesim_fail(EINVAL, "no limit; give the latest time to advance to");
    sim->kick_if_wanted();
    uint64_t now = sc_now_ps(), next = TOESIM_NEVER;
    if (sc_core::sc_pending_activity_at_current_time())
        next = now;
    else if (sc_core::sc_pending_activity())
        next = now + sc_core::sc_time_to_pending_activity().value();
    bool any = next < limit_ps;
    // The limit is one picosecond later, because the kernel leaves events that are due at the end
    // of a run for the next run.
    if (sim->advance(any ? next + 1 : limit_ps) != 0)
        return -1;
    return any;
}

// --- frames ---

static int put_frame(toesim *sim, const void *bytes, size_t len, uint8_t flags)
{
    std::lock_guard<std::mutex> guard(sim->lock);
    size_t len_max = sim->config.team.mtu_bytes + ethernet_bytes + tags_bytes;
    if (len < ethernet_bytes || len > len_max || len > FRAME_BYTES_MAX)
        return toesim_fail(EMSGSIZE, "a frame of %zu bytes; give %u to %zu", len, ethernet_bytes,
                           len_max);
    uint64_t id =
        sim->bed->put_frame(static_cast<const uint8_t *>(bytes), static_cast<uint32_t>(len), flags);
    if (id == 0)
        return toesim_fail(ENOBUFS, "the queue to the switch is full; advance time");
    sim->watch.put(id);
    return 0;
}

int toesim_put_frame(struct toesim *sim, const void *bytes, size_t len)
{
    return put_frame(sim, bytes, len, 0);
}

int toesim_put_frame_on(struct toesim *sim, unsigned nic, const void *bytes, size_t len)
{
    if (nic >= NIC_COUNT)
        return toesim_fail(EINVAL, "NIC %u; give 0 or 1", nic);
    return put_frame(sim, bytes, len, nic == 0 ? FRAME_TO_NIC0 : FRAME_TO_NIC1);
}

ssize_t toesim_take_frame(struct toesim *sim, void *bytes, size_t size, uint64_t *sent_ps)
{
    std::lock_guard<std::mutex> guard(sim->lock);
    if (sim->frames.empty())
        return 0;
    const toesim_frame &frame = sim->frames.front();
    size_t len = frame.bytes.size() < size ? frame.bytes.size() : size;
    std::memcpy(bytes, frame.bytes.data(), len);
    if (sent_ps)
        *sent_ps = frame.at_ps;
    sim->frames.pop_front();
    return static_cast<ssize_t>(len);
}

uint64_t toesim_frames_lost(struct toesim *sim)
{
    std::lock_guard<std::mutex> guard(sim->lock);
    return sim->frames_lost;
}

int toesim_set_port_policy(struct toesim *sim, const char *policy)
{
    std::lock_guard<std::mutex> guard(sim->lock);
    static const struct {
        const char *name;
        port_policy policy;
    } names[] = {{"hash", PORT_POLICY_HASH},
                 {"nic0", PORT_POLICY_NIC0},
                 {"alternate", PORT_POLICY_ALTERNATE},
                 {"random", PORT_POLICY_RANDOM}};
    for (const auto &row : names)
        if (std::strcmp(policy, row.name) == 0) {
            sim->bed->set_port_policy(row.policy, 1);
            return 0;
        }
    char *end = nullptr;
    if (std::strncmp(policy, "flip:", 5) == 0) {
        unsigned long frames = std::strtoul(policy + 5, &end, 10);
        if (*end == '\0' && frames >= 1 && frames <= UINT32_MAX && policy[5] != '-') {
            sim->bed->set_port_policy(PORT_POLICY_FLIP, static_cast<uint32_t>(frames));
            return 0;
        }
    }
    return toesim_fail(
        EINVAL, "'%.40s' is no port policy; give hash, nic0, alternate, random or flip:K", policy);
}
