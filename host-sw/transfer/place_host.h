/* The host's own TCP as the place of a connection (docs/host_stack.md). */
#ifndef TOESIM_HOST_TRANSFER_PLACE_HOST_H
#define TOESIM_HOST_TRANSFER_PLACE_HOST_H

#include "host-sw/transfer/place.h"
#include "host-sw/types/reasons.h"

extern const struct place_ops place_host;

/* Sends a frame of the connection through the port on which its last frame arrived, if the team mode allows that port.
 * self is the struct host_sw. Returns false if the frame was not sent. */
bool place_host_send(void *self, uint32_t conn, const uint8_t *frame, uint32_t len);

/* Makes the host serve the connection from now on, and applies the frames held for it. No other place may serve the
 * connection in the entry's generation, which this function writes into the image. */
void place_host_take_over(struct host_sw *sw, struct dir_entry *entry, struct conn_ctx *image,
                          enum host_reason reason);

#endif
