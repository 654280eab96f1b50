/* Acts on records and events of the host's own TCP in the same way as on those of a NIC. */
#ifndef TOESIM_HOST_DISPATCH_HOST_RECORDS_H
#define TOESIM_HOST_DISPATCH_HOST_RECORDS_H

#include <stdbool.h>

struct host_sw;

/* Sets up the host's own TCP and subscribes to its records and events. Returns false if no memory is left. */
bool host_records_init(struct host_sw *sw);

#endif
