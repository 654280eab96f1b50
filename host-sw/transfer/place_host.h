/* The host's own TCP as the place of a connection (docs/host_stack.md). */
#ifndef TOESIM_HOST_TRANSFER_PLACE_HOST_H
#define TOESIM_HOST_TRANSFER_PLACE_HOST_H

#include "host-sw/host_sw.h"
#include "host-sw/transfer/place.h"

extern const struct place_ops place_host;

/* Sends a frame of the connection by the port its last frame came in by, as far as the mode allows; self is the
 * struct host_sw. False: the frame did not leave. */
bool place_host_send(void *self, uint32_t conn, const uint8_t *frame, uint32_t len);

/* The host serves the connection from now on, and applies the frames held for it. The image is of the
 * entry's generation, and no other place serves that one. */
void place_host_take_over(struct host_sw *sw, struct dir_entry *entry, struct conn_ctx *image,
                          enum host_reason reason);

#endif
