#include "models/pcie/wire/pcie_flow.h"

#include "models/base/units.h"

#include <assert.h>

void pcie_flow_init(struct pcie_flow *flow)
{
    *flow = (struct pcie_flow){.period_ps = TIME_NEVER};
    pcie_ring_init(&flow->freed, sizeof(struct pcie_flow_step));
    pcie_ring_init(&flow->reports, sizeof(struct pcie_flow_step));
    pcie_flow_reset(flow, 0);
}

void pcie_flow_free_memory(struct pcie_flow *flow)
{
    pcie_ring_free(&flow->freed);
    pcie_ring_free(&flow->reports);
}

void pcie_flow_reset(struct pcie_flow *flow, uint64_t now_ps)
{
    flow->sent = flow->granted = flow->reported = flow->freed_sum = (struct pcie_units){0};
    flow->freed.count = flow->reports.count = 0;
    flow->refresh_ps = flow->period_ps == TIME_NEVER ? TIME_NEVER : now_ps + flow->period_ps;
    flow->due_ps = flow->refresh_ps;
    flow->forced_ps = TIME_NEVER;
    flow->lost_from_ps = TIME_NEVER;
}

static bool is_enough(const struct pcie_flow *flow, struct pcie_units granted,
                      struct pcie_units need)
{
    if (flow->capacity.headers &&
        flow->sent.headers + need.headers > granted.headers + flow->capacity.headers)
        return false;
    return !flow->capacity.data ||
           flow->sent.data + need.data <= granted.data + flow->capacity.data;
}

uint64_t pcie_flow_ready_ps(const struct pcie_flow *flow, struct pcie_units need)
{
    if (is_enough(flow, flow->granted, need))
        return 0;
    for (size_t i = 0; i < flow->reports.count; i++) {
        const struct pcie_flow_step *report = pcie_ring_at(&flow->reports, i);
        if (is_enough(flow, report->total, need))
            return report->at_ps;
    }
    return TIME_NEVER;
}

struct pcie_units pcie_flow_known(const struct pcie_flow *flow, uint64_t at_ps)
{
    struct pcie_units known = flow->granted;
    for (size_t i = 0; i < flow->reports.count; i++) {
        const struct pcie_flow_step *report = pcie_ring_at(&flow->reports, i);
        if (report->at_ps > at_ps)
            break;
        known = report->total;
    }
    return known;
}

/* Returns true if the sender is waiting. The receiver knows how many units it has reported, so it knows
 * when the sender has used them up. */
static bool is_urgent(const struct pcie_flow *flow)
{
    return !is_enough(flow, flow->reported, flow->urgent);
}

static void schedule(struct pcie_flow *flow)
{
    flow->due_ps = u64_min(flow->refresh_ps, flow->forced_ps);
    if (flow->freed.count == 0)
        return;
    const struct pcie_flow_step *first = pcie_ring_at(&flow->freed, 0);
    uint64_t due_ps = is_urgent(flow) ? first->at_ps : first->at_ps + flow->latency_ps;
    flow->due_ps = u64_min(flow->due_ps, due_ps);
}

void pcie_flow_take(struct pcie_flow *flow, struct pcie_units need, uint64_t start_ps)
{
    while (flow->reports.count &&
           ((const struct pcie_flow_step *)pcie_ring_at(&flow->reports, 0))->at_ps <= start_ps) {
        struct pcie_flow_step report;
        pcie_ring_pop(&flow->reports, &report);
        flow->granted = report.total;
    }
    assert(is_enough(flow, flow->granted, need));
    flow->sent.headers += need.headers;
    flow->sent.data += need.data;
}

void pcie_flow_give(struct pcie_flow *flow, struct pcie_units units, uint64_t at_ps)
{
    flow->freed_sum.headers += units.headers;
    flow->freed_sum.data += units.data;
    struct pcie_flow_step step = {at_ps, flow->freed_sum};
    if (flow->freed.count) {
        const struct pcie_flow_step *last = pcie_ring_at(&flow->freed, flow->freed.count - 1);
        step.at_ps = u64_max(at_ps, last->at_ps);
    }
    pcie_ring_push(&flow->freed, &step);
    schedule(flow);
}

void pcie_flow_report(struct pcie_flow *flow, uint64_t at_ps, uint64_t arrive_ps, bool lost)
{
    struct pcie_flow_step step;
    uint64_t first_ps = TIME_NEVER;
    struct pcie_units before = flow->reported;
    while (flow->freed.count &&
           ((const struct pcie_flow_step *)pcie_ring_at(&flow->freed, 0))->at_ps <= at_ps) {
        pcie_ring_pop(&flow->freed, &step);
        first_ps = u64_min(first_ps, step.at_ps);
        flow->reported = step.total;
    }
    if (flow->period_ps != TIME_NEVER)
        flow->refresh_ps = at_ps + flow->period_ps;
    flow->forced_ps = TIME_NEVER;
    schedule(flow);
    if (lost) {
        flow->lost_from_ps = u64_min(flow->lost_from_ps, first_ps);
        return;
    }
    if (before.headers != flow->reported.headers || flow->lost_from_ps != TIME_NEVER) {
        step = (struct pcie_flow_step){arrive_ps, flow->reported};
        pcie_ring_push(&flow->reports, &step);
    }
    flow->lost_from_ps = TIME_NEVER;
}

void pcie_flow_force(struct pcie_flow *flow, uint64_t at_ps)
{
    flow->forced_ps = u64_min(flow->forced_ps, at_ps);
    schedule(flow);
}

uint64_t pcie_flow_skip(struct pcie_flow *flow, uint64_t before_ps)
{
    if (flow->freed.count || flow->lost_from_ps != TIME_NEVER || flow->period_ps == TIME_NEVER ||
        flow->refresh_ps >= before_ps)
        return 0;
    uint64_t periods = (before_ps - flow->refresh_ps) / flow->period_ps;
    flow->refresh_ps += periods * flow->period_ps;
    flow->due_ps = flow->refresh_ps;
    return periods;
}
