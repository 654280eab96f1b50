/* The events of both NICs, from their rings to the code that acts on them. */
#ifndef TOESIM_HOST_DISPATCH_EVENT_ORDER_H
#define TOESIM_HOST_DISPATCH_EVENT_ORDER_H

#include <stdbool.h>

struct host_sw;
struct nic_driver;
struct nic_event;

/* Acts on one event. */
typedef void event_fn(struct host_sw *sw, const struct nic_event *event);

/* Reads all events that are in the ring of this NIC, behind those that were read before. Returns true if there were any. */
bool event_order_read(struct host_sw *sw, struct nic_driver *driver);

/* Acts on the events in their order. An event of a generation that its NIC was granted waits until FREEZE has completed at the
 * source of the move, also over several steps. */
void event_order_run(struct host_sw *sw, event_fn *act);

#endif
