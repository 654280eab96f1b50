/* A Linux TAP device: whole Ethernet frames to and from the machine's own network stack. */
#ifndef TOESIM_SIM_LIVE_TAP_H
#define TOESIM_SIM_LIVE_TAP_H

#include "models/base/status.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct live_tap {
    int fd;
    uint64_t lost; /* frames the device did not take: it is down, or its queue is full */
};

/* Attaches to the device, or makes it. Needs CAP_NET_ADMIN (or a device made for this user);
 * STATUS_ENVIRONMENT says so. */
enum status live_tap_open(struct live_tap *tap, const char *name, struct error *err);
void live_tap_close(struct live_tap *tap);

/* One frame, if one is waiting; its length, or 0. Longer ones are cut, so give FRAME_BYTES_MAX. */
uint32_t live_tap_read(struct live_tap *tap, uint8_t *bytes, uint32_t len_max);
void live_tap_write(struct live_tap *tap, const uint8_t *bytes, uint32_t len);

/* Sleeps until a frame is waiting or so much time has passed. */
void live_tap_wait(const struct live_tap *tap, uint64_t timeout_ns);

#ifdef __cplusplus
}
#endif

#endif
