/*
 * Live context to image and back. An image holds remaining time and ages, so it can rest anywhere.
 * A deadline is carried as the ticks that are left at EXTRACT: after INSTALL it lies later by the
 * time between the two, never earlier. A running RTT measurement travels as its age, so that
 * the sample is shorter by the same time.
 */
#ifndef TOESIM_TCP_TCP_IMAGE_H
#define TOESIM_TCP_TCP_IMAGE_H

#include "models/tcp/tcp_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Live context to image and back: deadlines and stamps to remaining time and ages, CRC set or
 * checked. tcp_image_check is false on a wrong CRC or version. */
void tcp_image_from_live(struct conn_ctx *ctx, struct tcp_now now);
bool tcp_image_check(const struct conn_ctx *image);
void tcp_live_from_image(struct conn_ctx *ctx, struct tcp_now now);
void tcp_image_seal(struct conn_ctx *image); /* sets crc */

/* Of an image: microseconds to its earliest timer, from when it was taken out; UINT64_MAX: none runs. */
uint64_t tcp_image_left_us(const struct conn_ctx *image);

/* An image has rested for so long: what is left of its timers shrinks, to 0 at the least, and ages grow. The
 * caller seals it again. */
void tcp_image_age(struct conn_ctx *image, uint64_t us);

/* Consistency of a live context (I-SND and others), for asserts and checkers. */
bool tcp_is_sane(const struct conn_ctx *ctx);

#ifdef __cplusplus
}
#endif

#endif
