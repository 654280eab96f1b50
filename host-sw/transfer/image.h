/* The image of a connection between two places: its slot in host memory, its check, and its seal. */
#ifndef TOESIM_HOST_TRANSFER_IMAGE_H
#define TOESIM_HOST_TRANSFER_IMAGE_H

#include "models/hwif/ctx_enums.h"

#include <stdbool.h>
#include <stdint.h>

struct conn_ctx;
struct dir_entry;
struct host_sw;

/* Address in host memory of the connection's image. */
uint64_t image_address(const struct host_sw *sw, uint32_t conn);

/* Reads what is in the slot, sound or not, as it was at the beginning of the step. */
void image_read(const struct host_sw *sw, const struct dir_entry *entry, struct conn_ctx *image);

/* Stores the image in the slot; it can be read from the next step on. */
void image_write(struct host_sw *sw, const struct dir_entry *entry, const struct conn_ctx *image);

/* True when the image is undamaged and that of this connection and generation. The directory
 * alone says which generation is current. */
bool image_is_of(const struct host_sw *sw, const struct dir_entry *entry,
                 const struct conn_ctx *image, uint16_t gen);

/* Makes the image that of the entry's generation at `place`, for this reason, and seals it. Nothing else
 * in it changes. */
void image_hand_over(const struct dir_entry *entry, struct conn_ctx *image, unsigned place,
                     enum move_reason reason);

#endif
