#include "sim/run/recheck.h"

#include "sim/testbed/kernel.h"
#include "sim/testbed/testbed.h"

namespace
{
// The same slice as in a run of its own (run.cpp), so that both runs end at the same time.
constexpr uint64_t slice_ps = PS_PER_MS / 10;

struct question {
    const sim_config *config;
    const uint64_t *conversations;
    size_t count;
    uint8_t *outcomes;
    struct error *err;
};

void report_outcomes(const question &q, const replay_side *replay)
{
    for (size_t i = 0; i < q.count; i++)
        q.outcomes[i] =
            static_cast<uint8_t>(replay_side_result(replay, q.conversations[i])->outcome);
}

enum status simulate(const question &q, const capture *capture)
{
    if (testbed::prepare(*q.config, q.err) != STATUS_OK)
        return q.err->status;
    testbed bed(*q.config, capture, nullptr);
    if (!bed.is_ready(q.err))
        return q.err->status;
    while (bed.advance(slice_ps, true)) {
    }
    results_input input = {};
    bed.fill_results(&input);
    if (check_violations_total(input.check) != 0)
        return error_set(q.err, STATUS_FAILED, "an invariant was violated");
    bed.finish(true);
    bed.fill_results(&input);
    report_outcomes(q, input.replay);
    return STATUS_OK;
}

int body(void *self)
{
    const auto &q = *static_cast<const question *>(self);
    capture *capture = capture_load(q.config->capture_path, &q.config->capture, q.err);
    if (!capture)
        return q.err->status;
    enum status status = simulate(q, capture);
    capture_destroy(capture);
    return status;
}
} // namespace

enum status recheck_simulate(const struct sim_config *config, const uint64_t *conversations,
                             size_t count, uint8_t *outcomes, struct error *err)
{
    question q = {config, conversations, count, outcomes, err};
    return static_cast<enum status>(kernel_run(body, &q));
}
