#include "sim/live/live_session.h"

#include "sim/run/progress_line.h"
#include "sim/testbed/testbed.h"

#include <chrono>
#include <cstdio>

namespace
{
using wall_clock = std::chrono::steady_clock;

// The device is read this often in simulated time.
constexpr uint64_t slice_ps = 20 * PS_PER_US;
// No more bytes are taken in one slice than a 10 Gbit/s port carries in that time. Further frames
// wait in the device's own queue, where they are not lost as they would be in the queue of the
// switch.
constexpr uint32_t slice_bytes = 25000;
// Simulated time tries to catch up with wall time by at most this much. A longer delay is never
// made up for, because in a faster simulation the server's timers would expire before the kernel's
// stack could answer.
constexpr uint64_t chase_ps_max = 20 * PS_PER_MS;
constexpr uint64_t sleep_ps_max = PS_PER_MS;

uint64_t elapsed_ps(wall_clock::time_point start)
{
    auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(wall_clock::now() - start);
    return static_cast<uint64_t>(ns.count()) * PS_PER_NS;
}
} // namespace

live_session::~live_session()
{
    live_apps_destroy(apps_);
    live_tap_close(&tap_);
}

enum status live_session::open(const live_options &options, uint32_t conn_max, struct error *err)
{
    apps_ = live_apps_create(conn_max, options.files, err);
    if (!apps_ || live_tap_open(&tap_, options.tap, err) != STATUS_OK)
        return err->status;
    traffic_.self = this;
    traffic_.on_frame = [](void *self, const uint8_t *bytes, uint32_t len, uint64_t) {
        auto *session = static_cast<live_session *>(self);
        session->frames_out_++;
        live_tap_write(&session->tap_, bytes, len);
    };
    traffic_.app = live_apps_ops();
    traffic_.app_self = live_apps_self(apps_);
    traffic_.attach = [](void *self, host_sw *host) {
        live_apps_attach(static_cast<live_session *>(self)->apps_, host);
    };
    return STATUS_OK;
}

void live_session::take_frames(testbed &bed)
{
    uint8_t bytes[FRAME_BYTES_MAX];
    for (uint32_t taken = 0; taken < slice_bytes && bed.has_space_for_frame();) {
        uint32_t len = live_tap_read(&tap_, bytes, sizeof bytes);
        if (len == 0)
            return;
        taken += len;
        frames_in_ += bed.put_frame(bytes, len) != 0;
    }
}

void live_session::run(testbed &bed, const run_options &options)
{
    progress_line progress(options.progress);
    auto start = wall_clock::now();
    while (!options.stop || !*options.stop) {
        uint64_t now = sc_now_ps(), wall = elapsed_ps(start);
        uint64_t target = wall - lag_ps_; // a delay beyond the limit is not made up for
        if (target > now + chase_ps_max) {
            lag_ps_ += target - now - chase_ps_max;
            target = now + chase_ps_max;
        }
        lag_ps_max_ = u64_max(lag_ps_max_, wall > now ? wall - now : 0);
        progress.show_lag(bed, wall > now ? wall - now : 0);
        take_frames(bed);
        if (target > now) {
            if (!bed.advance(u64_min(slice_ps, target - now)))
                return;
        } else {
            live_tap_wait(&tap_, u64_min(now - target + slice_ps, sleep_ps_max) / PS_PER_NS);
        }
    }
}

void live_session::report() const
{
    std::fprintf(
        stderr,
        "live: %llu frames in, %llu out, %llu not taken by the device; at most %llu ms behind\n",
        static_cast<unsigned long long>(frames_in_), static_cast<unsigned long long>(frames_out_),
        static_cast<unsigned long long>(tap_.lost),
        static_cast<unsigned long long>(lag_ps_max_ / PS_PER_MS));
    live_apps_report(apps_, stderr);
}
