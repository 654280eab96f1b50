/* A Linux TAP device, which exchanges whole Ethernet frames with the network stack of this machine. */
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

/* Attaches to the device, or creates it. This needs CAP_NET_ADMIN, or a device that was made for this user;
 * otherwise the result is STATUS_ENVIRONMENT. */
enum status live_tap_open(struct live_tap *tap, const char *name, struct error *err);
void live_tap_close(struct live_tap *tap);

/* Reads one frame if one is waiting and returns its length, otherwise 0. A longer frame is cut to the size of the
 * buffer, so give FRAME_BYTES_MAX. */
uint32_t live_tap_read(struct live_tap *tap, uint8_t *bytes, uint32_t len_max);
void live_tap_write(struct live_tap *tap, const uint8_t *bytes, uint32_t len);

/* Sleeps until a frame is waiting or this much time has passed. */
void live_tap_wait(const struct live_tap *tap, uint64_t timeout_ns);

#ifdef __cplusplus
}
#endif

#endif
