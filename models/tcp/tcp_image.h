/*
 * Converts between live context and image. An image holds remaining times and ages, so it can rest for any
 * time. A deadline is stored as the ticks left at EXTRACT: after INSTALL it is later by the time between
 * the two, never earlier. A running RTT measurement is stored as its age, so its sample is shorter
 * by the same time.
 */
#ifndef TOESIM_TCP_TCP_IMAGE_H
#define TOESIM_TCP_TCP_IMAGE_H

#include "models/tcp/tcp_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Convert a live context to an image (deadlines and stamps become remaining times and ages, and the CRC is
 * set) and back. tcp_image_check() returns false for a wrong CRC or version. */
void tcp_image_from_live(struct conn_ctx *ctx, struct tcp_now now);
bool tcp_image_check(const struct conn_ctx *image);
void tcp_live_from_image(struct conn_ctx *ctx, struct tcp_now now);
void tcp_image_seal(struct conn_ctx *image); /* sets crc */

/* Returns the microseconds from the extraction of the image to its earliest timer; UINT64_MAX if none runs. */
uint64_t tcp_image_left_us(const struct conn_ctx *image);

/* Ages an image that has rested for `us`: remaining times shrink, to 0 at least, and ages grow. The caller
 * seals it again. */
void tcp_image_age(struct conn_ctx *image, uint64_t us);

/* Checks the consistency of a live context (I-SND and others), for asserts and checkers. */
bool tcp_is_sane(const struct conn_ctx *ctx);

#ifdef __cplusplus
}
#endif

#endif
