/*
 * The interface of the host's commands. Each command is one file of this folder and one row of table.c; no
 * other file knows a command by name.
 */
#ifndef TOESIM_TOE_COMMAND_COMMAND_H
#define TOESIM_TOE_COMMAND_COMMAND_H

#include "models/hwif/ctx_store.h"
#include "models/hwif/nic_desc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct toe_engine;
struct toe_op;

/*
 * One kind of command. Commands are started in the order of their ring and then overlap. Ordered commands overlap too,
 * but take effect in the order of the ring. A serial command starts when all ordered ones have ended, and delays the
 * next command until it ends itself. Two commands of one connection never overlap.
 */
struct toe_command {
    const char *name;
    bool is_serial;    /* the command changes state that later commands must see */
    bool is_ordered;   /* like is_serial, but later ordered commands may begin to read meanwhile */
    bool is_of_conn;   /* the command works on its connection until it ends */
    size_t slot_bytes; /* size of the command's own state while it is under way */

    /* Called once when the engine is created; null if the command needs no preparation. */
    void (*init)(struct toe_engine *engine);
    /* Checks the descriptor and returns an enum nic_result; null if nothing can be wrong with it. */
    uint8_t (*check)(const struct nic_cmd *cmd);
    /* Returns false while the command must wait for a resource; null if it needs none of its own. */
    bool (*may_start)(const struct toe_engine *engine, const struct nic_cmd *cmd);
    /* Starts the command. Returns false if the frame pool is empty; then the command stays first in the
     * queue and is tried again. */
    bool (*start)(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps);
    /* Handles the cache's response to a request of the command. */
    void (*on_cache)(struct toe_engine *engine, struct toe_op *op, const struct ctx_rsp *rsp,
                     uint64_t now_ps);
    /* Called before the completion of a failed command is posted; null if nobody else has to know. */
    void (*failed)(struct toe_engine *engine, const struct nic_cmd *cmd, uint8_t result,
                   uint64_t now_ps);
    /* Called when a fence or reset ends the command without a completion; null if it holds no resources. */
    void (*flush)(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps);
    /* Like `flush`, but the engine is being destroyed, so nothing is reported. */
    void (*release)(struct toe_engine *engine, struct toe_op *op);
    /* Continues as far as possible. Called for each command under way; null if the command only reacts. */
    void (*kick)(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps);
};

/* A command that is under way. */
struct toe_op {
    const struct toe_command *command; /* null if the slot is free */
    struct nic_cmd cmd;
    uint8_t ctx_op;                 /* the request for the DRIVER port of the cache (enum ctx_op) */
    bool is_ready;                  /* of an ordered command: its request may be sent in its turn */
    uint8_t result;                 /* result to report when the connection's context is removed */
    bool completed;                 /* the completion event is posted */
    const struct flow_key *key;     /* key of the request to the cache; null if none is needed */
    const struct conn_ctx *live;    /* the context to install, for CTX_OP_INSTALL */
    uint64_t frozen_ps, drained_ps; /* times that FREEZE reports */
    void *state;                    /* `slot_bytes` of state, zero at start */
};

/* Returns the command of a descriptor, or null if the engine has no such command. */
const struct toe_command *toe_command_of(const struct toe_engine *engine,
                                         const struct nic_cmd *cmd);

/* Copies a command that the host has written. The engine keeps notes of its own in the reserved bytes of its copy
 * (cmd_list.c), so they are zero at first. */
void toe_command_copy(struct nic_cmd *copy, const void *written);

/* --- services for commands --- */

/* Convert between a slot and its number, which is used in cookies. */
uint32_t toe_op_index(const struct toe_engine *engine, const struct toe_op *op);
struct toe_op *toe_op_at(struct toe_engine *engine, uint32_t index);

/* Returns the next command of this kind under way after `after`, or the first if `after` is null. Returns
 * null if there are no more. */
struct toe_op *toe_op_next(const struct toe_engine *engine, const struct toe_command *command,
                           const struct toe_op *after);

/* Posts the completion of the command. A successful command with NIC_CMD_FLAG_NO_COMPLETION gets none. */
void toe_op_done(struct toe_engine *engine, struct toe_op *op, uint8_t result, uint64_t now_ps);

/* Ends the command and frees its slot. */
void toe_op_free(struct toe_engine *engine, struct toe_op *op);

/* Calls toe_op_done() and toe_op_free(). */
void toe_op_end(struct toe_engine *engine, struct toe_op *op, uint8_t result, uint64_t now_ps);

/* Posts the completion of a command that has no slot, or has one no longer. */
void toe_command_complete(struct toe_engine *engine, const struct nic_cmd *cmd, uint8_t result,
                          uint64_t now_ps);

/* Returns true if no command works on the connection and no end event waits for its last frames. */
bool toe_command_conn_is_free(const struct toe_engine *engine, uint32_t conn);

/* Returns true if the next command to start is about this connection, and waits for its turn. */
bool toe_command_is_next(const struct toe_engine *engine, uint32_t conn);

/* Converts the cache's result (enum ctx_result) to the result for the host (enum nic_result). */
uint8_t toe_command_result(uint8_t ctx_result);

#endif
