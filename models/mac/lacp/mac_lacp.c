#include "models/mac/lacp/mac_lacp.h"

#include "models/mac/lacp/mac_lacp_pvt.h"

#include "models/mac/mac_tx_pvt.h"

#include <stdlib.h>

struct mac_lacp {
    struct lacp_port_machine port;
    bool was_distributing;
    void (*on_change)(void *self, bool distributes, uint64_t now_ps);
    void *on_change_self;
};

/* Returns a frame to fill, or null if the pool is empty, which is counted. */
static struct frame *take_frame(struct mac *mac, uint64_t now_ps)
{
    struct frame *frame = frame_alloc(mac->pool, now_ps);
    if (!frame)
        drop_count(&mac->stats.drops, DROP_POOL_EMPTY);
    else
        frame->len = LACP_FRAME_BYTES;
    return frame;
}

/* Sends the LACPDUs that the machine asks for, and reports a change of the state. */
static void pump(struct mac *mac, uint64_t now_ps)
{
    struct mac_lacp *lacp = mac->lacp;
    struct lacp_pdu pdu;
    while (mac->far && lacp_port_take_pdu(&lacp->port, &pdu, now_ps)) {
        struct frame *frame = take_frame(mac, now_ps);
        if (!frame)
            break;
        lacp_build(frame->data, lacp->port.actor.system, &pdu);
        mac_tx_queue(mac, frame, MAC_SLOT_SLOW, now_ps);
    }
    waker_wake(&mac->waker, lacp_port_next_ps(&lacp->port));
    bool distributes = lacp_port_is_distributing(&lacp->port);
    if (distributes == lacp->was_distributing)
        return;
    lacp->was_distributing = distributes;
    mac->stats.lacp_losses += !distributes;
    if (lacp->on_change)
        lacp->on_change(lacp->on_change_self, distributes, now_ps);
}

bool mac_lacp_join(struct mac *mac, const struct lacp_port *identity, enum lacp_period period,
                   void (*on_change)(void *self, bool distributes, uint64_t now_ps), void *self,
                   uint64_t now_ps)
{
    assert(!mac->lacp && period != LACP_OFF);
    mac->lacp = calloc(1, sizeof *mac->lacp);
    if (!mac->lacp)
        return false;
    mac->lacp->on_change = on_change;
    mac->lacp->on_change_self = self;
    lacp_port_begin(&mac->lacp->port, identity, period, now_ps);
    waker_wake(&mac->waker, now_ps);
    return true;
}

void mac_lacp_agree(struct mac *mac, uint64_t now_ps)
{
    assert(mac->lacp && mac->far && mac->far->lacp);
    lacp_port_begin_agreed(&mac->lacp->port, &mac->far->lacp->port, now_ps);
    mac->lacp->was_distributing = mac->far->lacp->was_distributing = true;
}

bool mac_lacp_distributes(const struct mac *mac)
{
    return !mac->lacp || lacp_port_is_distributing(&mac->lacp->port);
}

static void answer_marker(struct mac *mac, const struct lacp_marker *marker, uint64_t now_ps)
{
    struct frame *frame = take_frame(mac, now_ps);
    if (!frame)
        return;
    lacp_build_marker(frame->data, mac->lacp->port.actor.system, true, marker);
    mac_tx_queue(mac, frame, MAC_SLOT_SLOW, now_ps);
}

void mac_lacp_on_frame(struct mac *mac, const struct frame *frame, uint64_t now_ps)
{
    struct lacp_pdu pdu;
    struct lacp_marker marker;
    enum slow_kind kind = lacp_parse(frame->data, frame->len, &pdu, &marker);
    if (kind == SLOW_LACP)
        lacp_port_hear(&mac->lacp->port, &pdu, now_ps);
    if (kind == SLOW_MARKER)
        answer_marker(mac, &marker, now_ps);
    pump(mac, now_ps);
}

void mac_lacp_run(struct mac *mac, uint64_t now_ps)
{
    lacp_port_run(&mac->lacp->port, now_ps);
    pump(mac, now_ps);
}

uint64_t mac_lacp_next_ps(const struct mac *mac) { return lacp_port_next_ps(&mac->lacp->port); }

void mac_lacp_set_carrier(struct mac *mac, uint64_t now_ps)
{
    lacp_port_set_carrier(&mac->lacp->port, mac->link_up, now_ps);
    pump(mac, now_ps);
}
