/* The host's own TCP as the place of a connection (docs/host_stack.md). */
#ifndef TOESIM_HOST_TRANSFER_PLACE_HOST_H
#define TOESIM_HOST_TRANSFER_PLACE_HOST_H

#include "host-sw/host_sw.h"
#include "host-sw/transfer/place.h"

extern const struct place_ops place_host;

/* Sets up the host's own TCP. False: no memory is left. */
bool place_host_init(struct host_sw *sw);

/* The host serves the connection from now on, and applies the frames held for it. The image is of the
 * entry's generation, and no other place serves that one. */
void place_host_take_over(struct host_sw *sw, struct dir_entry *entry, struct conn_ctx *image,
                          enum host_reason reason);

#endif
