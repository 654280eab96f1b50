/* A host without a network: the calls an application makes, on a few connections in memory. */
#ifndef TOESIM_HOST_TEST_FAKE_HOST_H
#define TOESIM_HOST_TEST_FAKE_HOST_H

#include "host-sw/host_sw.h"

enum { FAKE_HOST_CONNS = 4, FAKE_HOST_BYTES = 1 << 18 };

struct fake_host_conn {
    uint8_t in[FAKE_HOST_BYTES], out[FAKE_HOST_BYTES];
    uint32_t in_len, in_read, out_len;
    uint32_t room; /* of the transmit ring, now */
    uint32_t closes, aborts;
};

extern struct fake_host_conn fake_host[FAKE_HOST_CONNS];

/* Empty connections with this much room. */
void fake_host_reset(uint32_t room);
/* The peer sent these bytes; the application is not told. */
void fake_host_put(uint32_t conn, const void *bytes, uint32_t len);

#endif
