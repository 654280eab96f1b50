#include "models/mac/mac_pause.h"

#include "models/mac/mac_pause_pvt.h"

#include "models/mac/mac_control.h"
#include "models/mac/mac_tx_pvt.h"

#include <string.h>

/* Source address of ports without a station; it is locally administered. */
static const uint8_t port_address[6] = {0x02, 0x54, 0x4f, 0x45, 0xff, 0x01};

static uint64_t quanta_ps(const struct mac *mac, uint16_t quanta)
{
    return byte_clock_ps(&mac->clock, (uint64_t)quanta * PAUSE_QUANTUM_BYTES);
}

void mac_pause_on_frame(struct mac *mac, const struct frame *frame, uint64_t now_ps)
{
    uint16_t quanta = 0;
    enum mac_control_kind kind = mac_control_parse(frame->data, frame->len, &quanta);
    assert(kind == MAC_CONTROL_PAUSE);
    if (kind == MAC_CONTROL_PAUSE && mac->params.pause_obeyed)
        mac_tx_pause(mac, now_ps + quanta_ps(mac, quanta), now_ps);
}

void mac_send_pause(struct mac *mac, uint16_t quanta, uint64_t now_ps)
{
    assert(mac->far);
    if (!mac->link_up || mac->fenced)
        return;
    struct frame *frame = frame_alloc(mac->pool, now_ps);
    if (!frame) {
        drop_count(&mac->stats.drops, DROP_POOL_EMPTY);
        return;
    }
    mac_control_build_pause(frame->data, mac->has_station ? mac->station : port_address, quanta);
    frame->len = MAC_CONTROL_BYTES;
    mac_tx_insert_pause(mac, frame, now_ps);
}

static void ask(struct mac *mac, uint64_t now_ps)
{
    mac_send_pause(mac, mac->params.pause_quanta, now_ps);
    mac->pause_refresh_ps = now_ps + quanta_ps(mac, mac->params.pause_quanta) / 2 + 1;
}

void mac_pause_watch(struct mac *mac, uint64_t now_ps)
{
    uint32_t threshold = mac->params.pause_threshold;
    if (threshold == 0 || !mac->rx_level || !mac->link_up || mac->fenced)
        return;
    uint32_t level = mac->rx_level(mac->rx_level_self, now_ps);
    if (!mac->asks_pause && level > threshold) {
        mac->asks_pause = true;
        mac->pause_poll_ps = now_ps + mac->params.pause_poll_ps;
        ask(mac, now_ps);
    } else if (mac->asks_pause && level <= threshold / 2) {
        mac->asks_pause = false;
        mac_send_pause(mac, 0, now_ps);
    }
}

void mac_pause_run(struct mac *mac, uint64_t now_ps)
{
    if (!mac->asks_pause)
        return;
    if (mac->pause_poll_ps <= now_ps) {
        mac->pause_poll_ps = now_ps + mac->params.pause_poll_ps;
        mac_pause_watch(mac, now_ps);
    }
    if (mac->asks_pause && mac->pause_refresh_ps <= now_ps)
        ask(mac, now_ps);
}

void mac_pause_forget(struct mac *mac)
{
    mac->asks_pause = false;
    mac->hold_byte = 0;
}

void mac_on_rx_level(struct mac *mac, uint32_t (*level)(void *self, uint64_t now_ps), void *self)
{
    mac->rx_level = level;
    mac->rx_level_self = self;
}
