#include "models/pcie/pcie_params.h"

#include "models/pcie/pcie_link_pvt.h"

void pcie_params_default(struct pcie_params *params)
{
    *params = (struct pcie_params){
        .gen = 3,
        .lanes = 8,
        .mps_bytes = 256,
        .mrrs_bytes = 512,
        .rcb_bytes = 64,
        .tags = 64,
        /* timing 1.10: the host part of a DMA read from the LLC is 399 ns, of which the access to the
         * LLC (host_params) is 27. How much of the rest is the way there and back is not published;
         * 100 ns each way are assumed, so that posted crossings cost too. */
        .propagation_ps = 100 * PS_PER_NS,
        .root_read_ps = 172 * PS_PER_NS,
        .root_write_ps = 100 * PS_PER_NS,
        .device_mmio_ps = 780 * PS_PER_NS,
        .write_queue_bytes = 16384,
        .dll = true,
        .root_credits = {127, 1024, 127, 127, 0, 0},
        .endpoint_credits = {32, 1008, 32, 32, 0, 0},
        .replay_bytes = 16384,
        .completion_timeout_ps = 10 * PS_PER_MS,
        .retrain_ps = 10 * PS_PER_US,
    };
}

static bool is_power_of_two_between(uint32_t value, uint32_t low, uint32_t high)
{
    return value >= low && value <= high && (value & (value - 1)) == 0;
}

enum { CREDIT_HEADERS_MAX = 127, CREDIT_DATA_MAX = 2047, REPLAY_OVERHEAD = 28 };

/* Returns true if the value is in the range or 0, which is infinite (docs/timing.md 1.5). */
static bool is_credit(uint32_t value, uint32_t low, uint32_t high)
{
    return value == 0 || (value >= low && value <= high);
}

static enum status check_credits(const char *name, const struct pcie_credits *credits,
                                 const struct pcie_params *params, struct error *err)
{
    uint32_t data_min = params->mps_bytes / PCIE_CREDIT_BYTES;
    if (!is_credit(credits->posted_headers, 1, CREDIT_HEADERS_MAX) ||
        !is_credit(credits->nonposted_headers, 1, CREDIT_HEADERS_MAX) ||
        !is_credit(credits->completion_headers, 1, CREDIT_HEADERS_MAX))
        return error_set(err, STATUS_BAD_INPUT, "%s: headers are out of range, give 1 to %d or 0",
                         name, CREDIT_HEADERS_MAX);
    if (!is_credit(credits->posted_data, data_min, CREDIT_DATA_MAX) ||
        !is_credit(credits->nonposted_data, 1, CREDIT_DATA_MAX) ||
        !is_credit(credits->completion_data, data_min, CREDIT_DATA_MAX))
        return error_set(err, STATUS_BAD_INPUT,
                         "%s: data are out of range, give mps / 16 (non-posted: 1) to %d or 0",
                         name, CREDIT_DATA_MAX);
    return STATUS_OK;
}

enum status pcie_params_check(const struct pcie_params *params, struct error *err)
{
    if (params->gen < 1 || params->gen > 5)
        return error_set(err, STATUS_BAD_INPUT, "gen: %u is not a PCIe generation, give 1 to 5",
                         params->gen);
    if (!is_power_of_two_between(params->lanes, 1, 16))
        return error_set(err, STATUS_BAD_INPUT, "lanes: %u is no link width, give 1, 2, 4, 8 or 16",
                         params->lanes);
    if (!is_power_of_two_between(params->mps_bytes, 128, 4096))
        return error_set(err, STATUS_BAD_INPUT, "mps: %u is wrong, give 128, 256, .. 4096 bytes",
                         params->mps_bytes);
    if (!is_power_of_two_between(params->mrrs_bytes, 128, 4096))
        return error_set(err, STATUS_BAD_INPUT, "mrrs: %u is wrong, give 128, 256, .. 4096 bytes",
                         params->mrrs_bytes);
    if (params->rcb_bytes != 64 && params->rcb_bytes != 128)
        return error_set(err, STATUS_BAD_INPUT, "rcb: %u is wrong, give 64 or 128 bytes",
                         params->rcb_bytes);
    if (params->timer_mps_bytes && !is_power_of_two_between(params->timer_mps_bytes, 128, 4096))
        return error_set(err, STATUS_BAD_INPUT,
                         "timer_mps: %u is wrong, give 0 or 128, 256, .. 4096",
                         params->timer_mps_bytes);
    if (params->tags < 1 || params->tags > PCIE_TAGS_MAX)
        return error_set(err, STATUS_BAD_INPUT, "tags: %u is out of range, give 1 to %d",
                         params->tags, PCIE_TAGS_MAX);
    if (params->write_queue_bytes < params->mps_bytes)
        return error_set(err, STATUS_BAD_INPUT,
                         "write_queue: %u bytes hold no write of mps = %u bytes",
                         params->write_queue_bytes, params->mps_bytes);
    enum status status = check_credits("root_credits", &params->root_credits, params, err);
    if (status == STATUS_OK)
        status = check_credits("endpoint_credits", &params->endpoint_credits, params, err);
    if (status == STATUS_OK && params->replay_bytes < params->mps_bytes + REPLAY_OVERHEAD)
        return error_set(err, STATUS_BAD_INPUT,
                         "replay_buffer: %u bytes hold no TLP of mps = %u bytes",
                         params->replay_bytes, params->mps_bytes);
    return status;
}
