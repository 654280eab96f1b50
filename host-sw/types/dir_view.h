/* The view of a connection that reports show. */
#ifndef TOESIM_HOST_TYPES_DIR_VIEW_H
#define TOESIM_HOST_TYPES_DIR_VIEW_H

#include "host-sw/types/reasons.h"
#include "models/hwif/ctx_enums.h"
#include "models/hwif/flow_key.h"
#include "models/hwif/nic_desc.h"

#include <stdint.h>

enum dir_state {
    DIR_FREE,
    DIR_OPENING,
    DIR_ACTIVE,
    DIR_FREEZING,
    DIR_INSTALLING,
    DIR_INACTIVE,
    DIR_CLOSING,
    DIR_TIME_WAIT,
    DIR_STATE_COUNT
};

struct dir_view {
    enum dir_state state;
    struct flow_key key;
    uint8_t owner, rx_if;         /* owner: a NIC or PLACE_HOST */
    enum host_reason host_reason; /* why the host has, or had it last */
    uint16_t gen;
    uint32_t cookie, moves;
    uint64_t opened_ps, last_rx_ps, closed_ps;
    uint64_t rx_bytes, tx_bytes; /* delivered to and acknowledged for the application */
    enum nic_term_cause cause;
};

#endif
