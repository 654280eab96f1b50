/* The image of a connection on its way between two places. This part knows its slot in host memory, checks it and
 * seals it. */
#ifndef TOESIM_HOST_TRANSFER_IMAGE_H
#define TOESIM_HOST_TRANSFER_IMAGE_H

#include "models/hwif/ctx_enums.h"

#include <stdbool.h>
#include <stdint.h>

struct conn_ctx;
struct dir_entry;
struct host_sw;

/* Returns the address of the connection's image in host memory. */
uint64_t image_address(const struct host_sw *sw, uint32_t conn);

/* Copies the contents of the slot as they were at the beginning of the step, without a check. */
void image_read(const struct host_sw *sw, const struct dir_entry *entry, struct conn_ctx *image);

/* Stores the image in the slot. The image can be read from the next step on. */
void image_write(struct host_sw *sw, const struct dir_entry *entry, const struct conn_ctx *image);

/* Returns true if the image is undamaged and belongs to this connection and generation. The caller takes the
 * generation from the directory, which alone knows the current one. */
bool image_is_of(const struct dir_entry *entry, const struct conn_ctx *image, uint16_t gen);

/* Writes the new owner `place`, the entry's generation and the reason into the image, and seals it with a new
 * checksum. The TCP state in the image does not change. */
void image_hand_over(const struct dir_entry *entry, struct conn_ctx *image, unsigned place,
                     enum move_reason reason);

#endif
