#include "sim/run/progress_line.h"

#include <cstdio>
#include <unistd.h>

namespace
{
constexpr auto interval = std::chrono::milliseconds(200);
using ull = unsigned long long;
} // namespace

progress_line::progress_line(bool on) : on_(on && isatty(STDERR_FILENO)), start_(clock::now()) {}

progress_line::~progress_line()
{
    if (shown_)
        std::fprintf(stderr, "\r%78s\r", "");
}

bool progress_line::is_due()
{
    if (!on_ || clock::now() - last_ < interval)
        return false;
    last_ = clock::now();
    shown_ = true;
    return true;
}

void progress_line::print(const testbed &bed)
{
    auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(clock::now() - start_);
    uint64_t wall_us = static_cast<uint64_t>(elapsed.count()) + 1;
    uint64_t sim_us = sc_now_ps() / PS_PER_US;
    std::fprintf(stderr, "\r%8llu.%03llu ms simulated, %llu.%03llu x real time, %llu frames/s, ",
                 static_cast<ull>(sim_us / 1000), static_cast<ull>(sim_us % 1000),
                 static_cast<ull>(sim_us / wall_us),
                 static_cast<ull>(sim_us * 1000 / wall_us % 1000),
                 static_cast<ull>(bed.frames_on_links() * 1000000 / wall_us));
}

void progress_line::show_reading(uint64_t done, uint64_t total)
{
    constexpr uint64_t megabyte = 1000000;
    if (!is_due())
        return;
    std::fprintf(stderr, "\rreading the capture: %llu of %llu MB, %llu %%  ",
                 static_cast<ull>(done / megabyte), static_cast<ull>(total / megabyte),
                 static_cast<ull>(total ? done * 100 / total : 0));
}

void progress_line::show_deciding(uint64_t done, uint64_t total)
{
    if (!is_due())
        return;
    std::fprintf(stderr, "\rdeciding about the conversations: %llu %%%20s",
                 static_cast<ull>(total ? done * 100 / total : 0), "");
}

void progress_line::show(const testbed &bed)
{
    if (!is_due())
        return;
    print(bed);
    std::fprintf(stderr, "%u %%  ", bed.progress_permille() / 10);
}

void progress_line::show_lag(const testbed &bed, uint64_t lag_ps)
{
    if (!is_due())
        return;
    print(bed);
    std::fprintf(stderr, "%llu ms behind  ", static_cast<ull>(lag_ps / PS_PER_MS));
}
