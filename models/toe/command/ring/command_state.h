/* The state of the command part, for the files that run commands, not for the commands themselves. */
#ifndef TOESIM_TOE_COMMAND_COMMAND_STATE_H
#define TOESIM_TOE_COMMAND_COMMAND_STATE_H

#include "models/hwif/nic_regs.h"
#include "models/toe/command/command.h"
#include "models/toe/command/ring/image_slots.h"
#include "models/toe/toe_conn.h"

enum {
    OPS_MAX = 16, /* maximum number of commands under way */
    /* All lines of the largest push window. Fewer commands are fetched. */
    QUEUE_MAX = 1 << NIC_PUSH_LOG2_MAX,
};

/* The way by which commands come. It is open until the engine is enabled after a reset or a fence. */
enum toe_command_way { WAY_OPEN = 0, WAY_FETCHED, WAY_PUSHED };

struct toe_commands {
    /* Indexed by operation code; null where there is no command. */
    const struct toe_command *const *table;
    size_t table_size;
    uint8_t **state; /* OPS_MAX slots for each command's own state */
    struct nic_cmd queue[QUEUE_MAX];
    uint64_t here_ps[QUEUE_MAX]; /* when the command of the same place of the queue came */
    uint32_t head, count;
    enum toe_command_way way;
    struct image_slot slots[NIC_IMAGE_SLOTS_MAX];
    uint32_t pushed;     /* lines taken from the push window since the last reset or fence */
    struct toe_op *list; /* the list whose entries are the next commands, or null */
    uint32_t lists;      /* lists under way */
    struct toe_op op[OPS_MAX];
    uint32_t ops_used;
    bool serial;           /* a serial command is under way, so no other command starts */
    uint32_t ordered_used; /* ordered commands under way */
    /* Those of them that have not asked the cache yet, in the order of the ring. */
    struct toe_op *ordered[OPS_MAX];
    uint32_t ordered_head, ordered_count;
    struct toe_op *port_queue[OPS_MAX];
    uint32_t port_head, port_count;
    /* The command that uses the DRIVER port of the cache; null if none does. */
    struct toe_op *port_op;
};

#endif
