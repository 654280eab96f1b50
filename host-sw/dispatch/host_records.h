/* Records and events of the host's own TCP, which are acted on like those of a NIC. */
#ifndef TOESIM_HOST_DISPATCH_HOST_RECORDS_H
#define TOESIM_HOST_DISPATCH_HOST_RECORDS_H

#include <stdbool.h>

struct host_sw;

/* Sets up the host's own TCP and listens to it. False: no memory is left. */
bool host_records_init(struct host_sw *sw);

#endif
