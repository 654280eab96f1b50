/*
 * What a command of the host is. Each command is one file of this folder and one row of table.c; no
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
 * The commands are started in the order of their ring; then they overlap. A serial command holds the
 * next until it ends. Two commands of one connection never overlap.
 */
struct toe_command {
    const char *name;
    bool is_serial;    /* it changes what those behind it must see */
    bool is_of_conn;   /* the command works on its connection until it ends */
    size_t slot_bytes; /* of its own state while it is under way */

    /* Called once, when the engine is created; null: the command needs no preparation. */
    void (*init)(struct toe_engine *engine);
    /* What is wrong with the command, as far as its descriptor tells; null: nothing can be. */
    uint8_t (*check)(const struct nic_cmd *cmd);
    /* False: it has to wait for what it needs; null: it needs nothing of its own. */
    bool (*may_start)(const struct toe_engine *engine, const struct nic_cmd *cmd);
    /* Starts it. False: the frame pool is empty, so the command stays first and is tried again. */
    bool (*start)(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps);
    /* The context cache has answered what the command asked for. */
    void (*on_cache)(struct toe_engine *engine, struct toe_op *op, const struct ctx_rsp *rsp,
                     uint64_t now_ps);
    /* It has failed, and its completion is about to be posted; null: nobody else is told. */
    void (*failed)(struct toe_engine *engine, const struct nic_cmd *cmd, uint8_t result,
                   uint64_t now_ps);
    /* A fence or reset ends it, with no completion; null: it holds nothing that must be given back. */
    void (*flush)(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps);
    /* As flush, when the engine is destroyed: nobody is told. */
    void (*release)(struct toe_engine *engine, struct toe_op *op);
    /* Goes on as far as it can; null: it only reacts. Called for each one under way. */
    void (*kick)(struct toe_engine *engine, struct toe_op *op, uint64_t now_ps);
};

/* A command under way. */
struct toe_op {
    const struct toe_command *command; /* null: the slot is free */
    struct nic_cmd cmd;
    uint8_t ctx_op;                 /* what it asks of the DRIVER port of the cache (enum ctx_op) */
    uint8_t result;                 /* what it ends with when its context is removed */
    bool completed;                 /* its event is posted */
    const struct flow_key *key;     /* of the request to the cache; null: none is needed */
    const struct conn_ctx *live;    /* CTX_OP_INSTALL: the context to install */
    uint64_t frozen_ps, drained_ps; /* FREEZE reports them */
    void *state;                    /* slot_bytes, zero at start */
};

/* The command of a descriptor; null: the engine has no such command. */
const struct toe_command *toe_command_of(const struct toe_engine *engine,
                                         const struct nic_cmd *cmd);

/* --- what commands use --- */

/* The number of a slot, for cookies, and the slot of a number. */
uint32_t toe_op_index(const struct toe_engine *engine, const struct toe_op *op);
struct toe_op *toe_op_at(struct toe_engine *engine, uint32_t index);

/* The next command of this kind that is under way, after `after`; null: the first, or no more. */
struct toe_op *toe_op_next(const struct toe_engine *engine, const struct toe_command *command,
                           const struct toe_op *after);

/* Posts the completion of the command, unless it went well and none is wanted. */
void toe_op_done(struct toe_engine *engine, struct toe_op *op, uint8_t result, uint64_t now_ps);

/* The command is over and its slot is free. */
void toe_op_free(struct toe_engine *engine, struct toe_op *op);

/* toe_op_done() and toe_op_free(). */
void toe_op_end(struct toe_engine *engine, struct toe_op *op, uint8_t result, uint64_t now_ps);

/* Posts a completion of a command that is not, or no longer, in a slot. */
void toe_command_complete(struct toe_engine *engine, const struct nic_cmd *cmd, uint8_t result,
                          uint64_t now_ps);

/* No other command works on the connection, and its last frames are built. */
bool toe_command_conn_is_free(const struct toe_engine *engine, uint32_t conn);

/* What an answer of the cache (enum ctx_result) means for the host (enum nic_result). */
uint8_t toe_command_result(uint8_t ctx_result);

#endif
