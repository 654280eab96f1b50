#include "host-sw/transfer/place.h"

#include "host-sw/transfer/place_host.h"
#include "host-sw/transfer/place_memory.h"
#include "host-sw/transfer/place_nic.h"

#include <assert.h>

static_assert(NIC_COUNT == 2, "place_table[] has a row for each NIC");

const struct place_ops *const place_table[PLACE_NOWHERE] = {
    &place_nic, &place_nic, [PLACE_HOST] = &place_host, [PLACE_MEMORY] = &place_memory};
