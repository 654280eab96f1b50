/* Common code of RESERVE and RELEASE. Both name a tuple, which is in the command, or which the engine reads from the
 * image. */
#ifndef TOESIM_TOE_COMMAND_TUPLE_H
#define TOESIM_TOE_COMMAND_TUPLE_H

#include "models/toe/command/command.h"

struct tuple_slot {
    struct flow_key key;
    uint8_t ctx_op; /* the request to send to the cache with this key */
};

/* Reads the constant line of the command's image, unless the command has the tuple itself. Then sends `ctx_op` with its tuple to the cache, when the earlier
 * ordered commands have sent theirs. */
void toe_tuple_start(struct toe_engine *engine, struct toe_op *op, uint8_t ctx_op, uint64_t now_ps);

#endif
