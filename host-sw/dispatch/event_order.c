#include "host-sw/dispatch/event_order.h"

#include "host-sw/server/server.h"
#include "host-sw/transfer/transfer.h"
#include "models/base/memory.h"

#include <assert.h>
#include <stdlib.h>

bool event_order_read(struct host_sw *sw, struct nic_driver *driver)
{
    bool any = false;
    server_charge(sw, CPU_COST_POLL, 1);
    const struct nic_event *event;
    while ((event = nic_ring_peek(&driver->events)) != NULL) {
        if (sw->intake.event_count == sw->intake.event_capacity) {
            uint32_t capacity = sw->intake.event_capacity ? 2 * sw->intake.event_capacity : 64;
            sw->intake.events = realloc(sw->intake.events, capacity * sizeof *sw->intake.events);
            memory_check(sw->intake.events);
            sw->intake.event_capacity = capacity;
        }
        struct nic_event *copy = &sw->intake.events[sw->intake.event_count++];
        *copy = *event;
        copy->nic = (uint8_t)driver->nic;
        nic_ring_advance(&driver->events);
        any = true;
    }
    return any;
}

/* Returns true if the event must wait for the source of its connection's transfer. It waits behind any other waiting event of
 * its connection, because the events of a NIC keep their order. `waiting` is the number of those at the head of the list. */
static bool must_wait(const struct host_sw *sw, const struct nic_event *event, uint32_t waiting)
{
    if (event->kind == NIC_EVENT_LINK || !directory_is_live(&sw->dir, event->conn))
        return false;
    for (uint32_t i = 0; i < waiting; i++)
        if (sw->intake.events[i].conn == event->conn && sw->intake.events[i].nic == event->nic)
            return true;
    return transfer_awaits_source(&sw->dir.entries[event->conn], event->gen);
}

void event_order_run(struct host_sw *sw, event_fn *act)
{
    uint32_t before;
    do {
        uint32_t waiting = 0;
        before = sw->intake.event_count;
        for (uint32_t i = 0; i < before; i++) {
            struct nic_event event = sw->intake.events[i];
            if (must_wait(sw, &event, waiting))
                sw->intake.events[waiting++] = event;
            else
                act(sw, &event);
        }
        assert(sw->intake.event_count == before);
        sw->intake.event_count = waiting;
    } while (sw->intake.event_count > 0 && sw->intake.event_count < before);
}
