/* Host memory as the place of a connection. The connection is at rest there, and nobody serves it. */
#ifndef TOESIM_HOST_TRANSFER_PLACE_MEMORY_H
#define TOESIM_HOST_TRANSFER_PLACE_MEMORY_H

#include "host-sw/transfer/place.h"

extern const struct place_ops place_memory;

#endif
