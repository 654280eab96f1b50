#include "models/mac/mac.h"

#include "models/base/units.h"
#include "models/mac/fault/mac_fault_pvt.h"
#include "models/mac/lacp/mac_lacp_pvt.h"
#include "models/mac/mac_pause_pvt.h"
#include "models/mac/mac_rx.h"
#include "models/mac/mac_tx_pvt.h"

#include <stdlib.h>
#include <string.h>

enum { MTU_MIN = 68, TX_QUEUE_FRAMES_MAX = 1 << 20 };

#define MBPS UINT64_C(1000000)
#define GBPS UINT64_C(1000000000)

void mac_params_default(struct mac_params *params)
{
    *params = (struct mac_params){
        .rate_bps = 10 * GBPS,
        .latency_tx_ps = 67200,
        .latency_rx_ps = 121620,
        .cable_ps = 50 * PS_PER_NS,
        .mtu_bytes = 1500,
        .tx_queue_frames = 512,
        .pause_obeyed = true,
        .pause_quanta = UINT16_MAX,
        .pause_poll_ps = PS_PER_US,
    };
}

enum status mac_params_check(const struct mac_params *params, struct error *err)
{
    uint64_t rate = params->rate_bps;
    if (rate != 10 * GBPS && rate != 25 * GBPS && rate != 40 * GBPS && rate != 100 * GBPS)
        return error_set(err, STATUS_BAD_INPUT,
                         "link rate: %llu Mbps is not supported; use 10, 25, 40 or 100 Gbps",
                         (unsigned long long)(rate / MBPS));
    if (params->mtu_bytes < MTU_MIN || params->mtu_bytes > FRAME_MTU_MAX)
        return error_set(err, STATUS_BAD_INPUT, "mtu: %u is not between %d and %d bytes",
                         params->mtu_bytes, MTU_MIN, FRAME_MTU_MAX);
    if (params->tx_queue_frames < 1 || params->tx_queue_frames > TX_QUEUE_FRAMES_MAX)
        return error_set(err, STATUS_BAD_INPUT, "transmit queue: %u is not between 1 and %d frames",
                         params->tx_queue_frames, TX_QUEUE_FRAMES_MAX);
    if (params->latency_tx_ps > PS_PER_S || params->latency_rx_ps > PS_PER_S ||
        params->cable_ps > PS_PER_S)
        return error_set(err, STATUS_BAD_INPUT, "link latency: more than 1 s");
    if (params->pause_quanta < 1 || params->pause_poll_ps < 1)
        return error_set(err, STATUS_BAD_INPUT, "pause: 0 quanta or no time between two looks");
    return STATUS_OK;
}

struct mac *mac_create(const struct mac_params *params, int nic, const uint8_t *station,
                       struct frame_sink rx_sink, struct frame_pool *pool,
                       const struct waker *waker, const struct probe *probe)
{
    assert(mac_params_check(params, NULL) == STATUS_OK);
    assert(nic < UINT8_MAX);
    assert(rx_sink.accept && pool);
    struct mac *mac = calloc(1, sizeof *mac);
    if (!mac)
        return NULL;
    if (!mac_line_init(&mac->line, 64)) {
        free(mac);
        return NULL;
    }
    mac->params = *params;
    byte_clock_init(&mac->clock, params->rate_bps);
    mac->align = params->rate_bps < 40 * GBPS ? 4 : 8;
    mac->nic = nic;
    mac->rx_sink = rx_sink;
    mac->pool = pool;
    if (waker)
        mac->waker = *waker;
    mac->probe = probe;
    mac->link_up = true;
    if (station)
        mac_set_station(mac, station);
    return mac;
}

void mac_destroy(struct mac *mac)
{
    if (!mac)
        return;
    mac_fault_destroy(mac);
    free(mac->lacp);
    mac_line_free(&mac->line, mac->pool);
    free(mac);
}

static void mac_run(void *self, uint64_t now_ps)
{
    struct mac *mac = self;
    mac_rx_run(mac, now_ps);
    mac_pause_run(mac, now_ps);
    if (mac->lacp)
        mac_lacp_run(mac, now_ps);
    mac_tx_run(mac, now_ps);
}

static uint64_t mac_next_ps(const void *self)
{
    const struct mac *mac = self;
    uint64_t next = u64_min(mac_rx_next_ps(mac), mac_tx_next_ps(mac));
    if (mac->lacp)
        next = u64_min(next, mac_lacp_next_ps(mac));
    return u64_min(next, mac_pause_next_ps(mac));
}

struct stage mac_stage(struct mac *mac, const char *name)
{
    return (struct stage){name, mac, mac_run, mac_next_ps};
}

struct frame_sink mac_tx_sink(struct mac *mac) { return (struct frame_sink){mac_tx_accept, mac}; }

void mac_connect(struct mac *mac, struct mac *far_end)
{
    assert(mac != far_end);
    assert(mac->params.rate_bps == far_end->params.rate_bps);
    mac->far = far_end;
}

uint32_t mac_tx_queued(struct mac *mac, uint64_t now_ps)
{
    mac_tx_settle(mac, now_ps);
    return (uint32_t)mac_line_queued(&mac->line);
}

void mac_on_tx_space(struct mac *mac, void (*fn)(void *self, uint64_t now_ps), void *self)
{
    mac->on_tx_space = fn;
    mac->on_tx_space_self = self;
}

/* Advances all marks of both directions to `now_ps`, before a change applies to later frames only. */
static void settle(struct mac *mac, uint64_t now_ps)
{
    assert(mac->far);
    mac_rx_settle(mac, now_ps);
    mac_rx_settle(mac->far, now_ps);
    mac_tx_settle(mac, now_ps);
    mac_tx_settle(mac->far, now_ps);
}

void mac_set_link(struct mac *mac, bool up, uint64_t now_ps)
{
    if (mac->link_up == up)
        return;
    settle(mac, now_ps);
    mac->link_up = up;
    mac_pause_forget(mac);
    if (up) {
        mac->up_since_ps = now_ps;
    } else {
        mac_tx_cut(mac, DROP_LINK_DOWN, now_ps);
        mac_rx_cut(mac, DROP_LINK_DOWN, now_ps);
    }
    if (mac->lacp)
        mac_lacp_set_carrier(mac, now_ps);
}

bool mac_link_is_up(const struct mac *mac) { return mac->link_up; }

void mac_set_station(struct mac *mac, const uint8_t station[6])
{
    memcpy(mac->station, station, sizeof mac->station);
    mac->has_station = true;
}

void mac_set_fenced(struct mac *mac, bool fenced, uint64_t now_ps)
{
    if (mac->fenced == fenced)
        return;
    settle(mac, now_ps);
    mac->fenced = fenced;
    if (fenced) {
        mac->asks_pause = false;
        mac_tx_empty_queue(mac, DROP_FENCED, now_ps);
        mac_rx_empty(mac, DROP_FENCED, now_ps);
    }
}

const struct mac_stats *mac_get_stats(const struct mac *mac) { return &mac->stats; }
