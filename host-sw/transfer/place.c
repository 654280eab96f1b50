#include "host-sw/transfer/place.h"

#include "host-sw/transfer/place_host.h"
#include "host-sw/transfer/place_memory.h"
#include "host-sw/transfer/place_nic.h"

#include <assert.h>

const struct place_ops *place_ops_of(unsigned place)
{
    assert(place < PLACE_NOWHERE);
    if (place_is_nic(place))
        return &place_nic;
    return place == PLACE_HOST ? &place_host : &place_memory;
}
