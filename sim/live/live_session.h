// Paces a testbed with external traffic by the wall clock and carries its frames over a TAP device.
#ifndef TOESIM_SIM_LIVE_SESSION_H
#define TOESIM_SIM_LIVE_SESSION_H

#include "sim/live/live.h"
#include "sim/live/live_apps.h"
#include "sim/live/live_tap.h"
#include "sim/run/run.h"
#include "sim/testbed/peer_side.h"

class testbed;

class live_session
{
public:
    live_session() = default;
    ~live_session();
    live_session(const live_session &) = delete;
    live_session &operator=(const live_session &) = delete;

    // Opens the device, loads the files.
    enum status open(const live_options &options, uint32_t conn_max, struct error *err);
    const external_traffic *traffic() const { return &traffic_; }

    // Runs until the duration is over, a violation, or the stop flag.
    void run(testbed &bed, const run_options &options);
    void report() const; // on standard error: it depends on the wall clock

private:
    void take_frames(testbed &bed);

    live_tap tap_ = {-1, 0};
    live_apps *apps_ = nullptr;
    external_traffic traffic_ = {};
    uint64_t frames_in_ = 0, frames_out_ = 0;
    uint64_t lag_ps_ = 0, lag_ps_max_ = 0;
};

#endif
