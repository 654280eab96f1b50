/*
 * A mechanism is one way to bring a connection from one place to another. transfer.c does what is common to
 * all of them (queue, limit, deadline, held frames, the end and its report) and knows none by name; each
 * mechanism is one file with one `struct mechanism_ops` and one row in mechanism_table.c.
 */
#ifndef TOESIM_HOST_TRANSFER_MECHANISM_H
#define TOESIM_HOST_TRANSFER_MECHANISM_H

#include "models/base/scenario_key.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conn_ctx;
struct dir_entry;
struct dir_frame;
struct host_sw;
struct nic_event;
struct nic_record;

/* How far a transfer has come, as its places report. */
enum transfer_step {
    TRANSFER_TAKEN,       /* the source has stopped, and here is its image */
    TRANSFER_ABSENT,      /* the source has no such connection any more */
    TRANSFER_GIVEN,       /* the destination serves the connection, or keeps it */
    TRANSFER_GIVE_FAILED, /* the destination does not, and will not when asked again */
    TRANSFER_COMMAND,     /* another command of the mechanism has completed */
};

struct transfer_done {
    enum transfer_step step;
    struct conn_ctx *image;        /* TAKEN: the caller's, may be changed; else null */
    const struct nic_event *event; /* COMMAND: its completion; else null */
};

/* What can come in the way of a transfer. */
enum transfer_end_cause {
    TRANSFER_CONN_ENDED, /* the connection has ended, and the transfer ends with it */
    TRANSFER_DEST_LOST,  /* the NIC that was to have the connection is gone */
    TRANSFER_DEADLINE,   /* the transfer is late; it goes on unless the mechanism ends it */
};

enum { MECHANISM_BATCH_MAX = 16 };

/* A point in the time line of a transfer that only this mechanism knows. */
struct mechanism_mark {
    const char
        *name; /* column m_<name> of moves.csv, and a phase of moves.phase_ns; no other has it */
    const char *meaning; /* what happens then */
};

/* Calls that may be null have a default, which is said beside them. */
struct mechanism_ops {
    const char *name; /* the scenario's word, and written nowhere else */
    /* Commands that both NICs must know, a bit (1 << enum nic_cmd_op) each. A scenario that asks NICs without
     * them for this mechanism is refused. */
    uint32_t nic_commands;
    size_t priv_bytes;  /* its state for each transfer, in `priv`, zero at the start */
    uint32_t batch_max; /* transfers that one call of start() may be given; at least 1 */
    struct own_keys own;
    /* Marks besides T0 to T13, at most MARK_OWN_MAX, ending with a null name; null: none. */
    const struct mechanism_mark *marks;
    /* Names of the fields of the context (models/hwif/conn_ctx.def) that the new place does not get from the old one,
     * ending with a null; I-CRC and I-MOVE do not compare them. Null: every field is carried. */
    const char *const *not_carried;
    /* Begins `count` transfers from one place to one other. Null: this mechanism never moves a
     * connection from NIC to NIC. */
    void (*start)(struct host_sw *sw, struct dir_entry *const *entries, uint32_t count);
    void (*on_done)(struct host_sw *sw, struct dir_entry *entry, const struct transfer_done *done);
    /* A frame that neither place has taken arrived during the transfer. True: the mechanism has passed
     * it on, or keeps it. Null or false: it is held while nobody serves the connection, and else
     * relayed to the place that does. */
    bool (*on_frame)(struct host_sw *sw, struct dir_entry *entry, const struct dir_frame *frame);
    /* May this record of a NIC be acted on now? False: it waits, and later ones of the connection with it, and is asked
     * about again in each step. Null: it may. */
    bool (*may_consume)(const struct host_sw *sw, const struct dir_entry *entry,
                        const struct nic_record *record);
    /* The source is lost. True: the transfer goes on without it. Null or false: the connection ends. */
    bool (*on_source_lost)(struct host_sw *sw, struct dir_entry *entry);
    /* Something came in the way of the transfer. Null: nothing to do about it here. */
    void (*on_end)(struct host_sw *sw, struct dir_entry *entry, enum transfer_end_cause cause);
    /* A record was acted on of a connection that a NIC serves, during a transfer or between two.
     * Null: the mechanism does nothing with it. */
    void (*on_record)(struct host_sw *sw, struct dir_entry *entry, const struct nic_record *record);
};

/* The mechanisms, in the order of the table. The first one can take a connection from any place to any
 * other; it is used wherever the chosen one is not made for. */
extern const struct mechanism_ops *const mechanism_table[];
extern const size_t mechanism_count;

/* How many marks of its own the mechanism has. */
size_t mechanism_mark_count(const struct mechanism_ops *ops);

/* The first command (enum nic_cmd_op) the mechanism needs that is not among `offered`, a bit each; -1: none. */
int mechanism_missing_command(const struct mechanism_ops *ops, uint32_t offered);

/* The names of all, ending with a null. */
const char *const *mechanism_names(void);

/* Null: no mechanism has this name. */
const struct mechanism_ops *mechanism_find(const char *name);

#endif
