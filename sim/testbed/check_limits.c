#include "sim/testbed/check_limits.h"

#include "models/base/units.h"

#include <stdlib.h>

enum { PPM = 1000000 };

uint64_t check_limits_slack_ps(const struct sim_config *config)
{
    uint64_t crossing = 0;
    for (unsigned i = 0; i < NIC_COUNT; i++) {
        const struct sim_nic *nic = &config->nic[i];
        crossing = u64_max(crossing, nic->pcie.root_read_ps + nic->pcie.root_write_ps +
                                         nic->pcie.device_mmio_ps + 2 * nic->pcie.propagation_ps +
                                         nic->mac.latency_tx_ps + nic->mac.latency_rx_ps);
    }
    crossing += config->host.interrupt_ps + config->host.poll_period_ps;
    return crossing > TIME_NEVER / 64 ? TIME_NEVER / 4 : 16 * crossing;
}

uint64_t check_limits_clock_ps(const struct sim_config *config)
{
    uint64_t ppm = 0;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++) {
        const struct toe_params *engine = &config->nic[nic].engine;
        ppm = u64_max(ppm, (uint64_t)llabs(engine->clock_drift_ppm));
    }
    uint64_t gained_ps = config->team.clock_period_ps / PPM * ppm;
    return config->free_clocks ? check_limits_slack_ps(config) / 4 + 2 * PS_PER_US + 4 * gained_ps
                               : 0;
}
