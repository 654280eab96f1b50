#include "sim/live/live_tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* EPERM and EACCES mean the same to a user: the permission is missing. */
static enum status fail(struct error *err, const char *what, const char *name)
{
    if (errno == EPERM || errno == EACCES)
        return error_set(
            err, STATUS_ENVIRONMENT,
            "%s: %s: toesim live needs root or CAP_NET_ADMIN to attach to a TAP device", name,
            strerror(errno));
    return error_set(err, STATUS_ENVIRONMENT, "%s: %s: %s", name, what, strerror(errno));
}

enum status live_tap_open(struct live_tap *tap, const char *name, struct error *err)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    *tap = (struct live_tap){.fd = -1};
    if (strlen(name) == 0 || strlen(name) >= sizeof request.ifr_name)
        return error_set(err, STATUS_BAD_INPUT,
                         "--tap: '%.40s' is no interface name; write 1 to %zu letters", name,
                         sizeof request.ifr_name - 1);
    memcpy(request.ifr_name, name, strlen(name));
    tap->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (tap->fd < 0)
        return fail(err, "/dev/net/tun", name);
    if (ioctl(tap->fd, TUNSETIFF, &request) != 0) {
        enum status status = fail(err, "TUNSETIFF", name);
        live_tap_close(tap);
        return status;
    }
    return STATUS_OK;
}

void live_tap_close(struct live_tap *tap)
{
    if (tap->fd >= 0)
        (void)close(tap->fd);
    tap->fd = -1;
}

uint32_t live_tap_read(struct live_tap *tap, uint8_t *bytes, uint32_t len_max)
{
    ssize_t n = read(tap->fd, bytes, len_max);
    return n > 0 ? (uint32_t)n : 0;
}

void live_tap_write(struct live_tap *tap, const uint8_t *bytes, uint32_t len)
{
    if (write(tap->fd, bytes, len) != (ssize_t)len)
        tap->lost++;
}

void live_tap_wait(const struct live_tap *tap, uint64_t timeout_ns)
{
    struct pollfd fd = {.fd = tap->fd, .events = POLLIN};
    struct timespec timeout = {.tv_sec = (time_t)(timeout_ns / 1000000000),
                               .tv_nsec = (long)(timeout_ns % 1000000000)};
    (void)ppoll(&fd, 1, &timeout, NULL);
}
