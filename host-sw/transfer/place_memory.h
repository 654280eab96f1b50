/* Host memory as the place of a connection: it is at rest, and nobody serves it. */
#ifndef TOESIM_HOST_TRANSFER_PLACE_MEMORY_H
#define TOESIM_HOST_TRANSFER_PLACE_MEMORY_H

#include "host-sw/transfer/place.h"

extern const struct place_ops place_memory;

#endif
