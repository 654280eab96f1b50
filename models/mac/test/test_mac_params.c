/* Tests models/mac: which parameters of a port a scenario may set, and to which values. */
#include "models/base/units.h"
#include "models/mac/mac.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

struct param_row {
    char name[48];
    uint64_t rate_bps, latency_tx_ps, cable_ps;
    uint32_t mtu, queue;
    enum status status;
};

static struct param_row param_rows[] = {
    {"defaults", UINT64_C(10000000000), 67200, 50000, 1500, 512, STATUS_OK},
    {"jumbo at 100G", UINT64_C(100000000000), 0, 0, 9000, 1, STATUS_OK},
    {"1G", UINT64_C(1000000000), 67200, 50000, 1500, 512, STATUS_BAD_INPUT},
    {"no rate", 0, 67200, 50000, 1500, 512, STATUS_BAD_INPUT},
    {"MTU below IPv4's least", UINT64_C(10000000000), 0, 0, 67, 512, STATUS_BAD_INPUT},
    {"MTU above a frame's room", UINT64_C(10000000000), 0, 0, 9195, 512, STATUS_BAD_INPUT},
    {"no queue", UINT64_C(10000000000), 0, 0, 1500, 0, STATUS_BAD_INPUT},
    {"queue without bound", UINT64_C(10000000000), 0, 0, 1500, 1 << 21, STATUS_BAD_INPUT},
    {"latency of 2 s", UINT64_C(10000000000), 2 * PS_PER_S, 0, 1500, 512, STATUS_BAD_INPUT},
    {"cable of 2 s", UINT64_C(10000000000), 0, 2 * PS_PER_S, 1500, 512, STATUS_BAD_INPUT},
};

ParameterizedTestParameters(mac_params, each_limit_is_checked_and_explained)
{
    return cr_make_param_array(struct param_row, param_rows,
                               sizeof param_rows / sizeof *param_rows);
}

ParameterizedTest(struct param_row *row, mac_params, each_limit_is_checked_and_explained)
{
    struct mac_params params;
    struct error err = {STATUS_OK, ""};
    mac_params_default(&params);
    params.rate_bps = row->rate_bps;
    params.latency_tx_ps = row->latency_tx_ps;
    params.cable_ps = row->cable_ps;
    params.mtu_bytes = row->mtu;
    params.tx_queue_frames = row->queue;
    cr_assert_eq(mac_params_check(&params, &err), row->status, "%s", row->name);
    cr_assert_eq(err.text[0] != 0, row->status != STATUS_OK);
}
