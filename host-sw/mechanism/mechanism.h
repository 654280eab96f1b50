/*
 * A mechanism is one way to bring a connection from one place to another. transfer.c does the work that all
 * mechanisms share (queue, limit, deadline, held frames, the end and its report) and knows no mechanism by name. Each
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
    TRANSFER_TAKEN,       /* the source has stopped and has handed out the image */
    TRANSFER_ABSENT,      /* the source no longer has the connection */
    TRANSFER_GIVEN,       /* the destination serves the connection, or keeps it at rest */
    TRANSFER_GIVE_FAILED, /* the destination did not take the connection, and a retry is of no use */
    TRANSFER_COMMAND,     /* another command of the mechanism has completed */
};

struct transfer_done {
    enum transfer_step step;
    struct conn_ctx *image; /* in TAKEN the image, which the mechanism may change; else null */
    const struct nic_event *event; /* in COMMAND the completion of the command; else null */
};

/* Events that can interrupt a transfer. */
enum transfer_end_cause {
    TRANSFER_CONN_ENDED, /* the connection has ended, and the transfer ends with it */
    TRANSFER_DEST_LOST,  /* the destination is a NIC that was lost */
    TRANSFER_DEADLINE, /* the deadline has passed; the transfer goes on unless the mechanism ends it */
};

enum { MECHANISM_BATCH_MAX = 32 };

/* A point in the time line of a transfer that exists only in this mechanism. */
struct mechanism_mark {
    const char
        *name; /* unique; names the column m_<name> of moves.csv and a phase of moves.phase_ns */
    const char *meaning; /* describes the event at this point */
};

/* A function pointer may be null if its comment names a default. */
struct mechanism_ops {
    const char *name; /* the value of the scenario key that chooses this mechanism */
    /* The commands that both NICs must know, one bit (1 << enum nic_cmd_op) each. A scenario that combines this
     * mechanism with NICs that lack one of them is refused. */
    uint32_t nic_commands;
    /* The capabilities that both NICs must have, as bits of enum nic_capability. The driver looks for them, and a
     * scenario that combines this mechanism with NICs that lack one of them is refused. */
    uint32_t nic_capabilities;
    /* The connections of a dead NIC are rebuilt at the other one (host-sw/team/survival.c). The NICs must acknowledge
     * only what their records report. */
    bool rebuilds;
    /* RESERVE and RELEASE have the tuple in them, if the NICs take that. This is for mechanisms that wait for RESERVE, or
     * that move many connections at once. */
    bool uses_tuples;
    size_t
        priv_bytes; /* size of the mechanism's state in `priv` of each transfer; zero at the start */
    uint32_t batch_max; /* maximum number of transfers in one call of start(); at least 1 */
    struct own_keys own;
    /* Returns how many connections a list of commands has at most. `values` has the values of all owners' keys
     * (host-sw/policy/move_owner.h). If the pointer is null, each command is of one connection. */
    uint32_t (*list_max)(const unsigned char *values);
    /* Returns how many lines each checkpoint has that the NICs write. If the pointer is null, they write none. */
    uint32_t (*checkpoint_lines)(const unsigned char *values);
    /* The marks that this mechanism has besides T0 to T13. The list has at most MARK_OWN_MAX marks and ends with a
     * null name. The pointer is null if there are none. */
    const struct mechanism_mark *marks;
    /* Names of the context fields (models/hwif/conn_ctx.def) that the new place does not get from the old one. The
     * list ends with a null pointer. I-CRC and I-MOVE do not compare these fields. If the pointer is null, every field
     * is carried. */
    const char *const *not_carried;
    /* Begins `count` transfers, which all have the same source and the same destination. If the pointer is null, this
     * mechanism never moves a connection from NIC to NIC. */
    void (*start)(struct host_sw *sw, struct dir_entry *const *entries, uint32_t count);
    /* Acts on a step that a place of the transfer has reported. */
    void (*on_done)(struct host_sw *sw, struct dir_entry *entry, const struct transfer_done *done);
    /* Called when a frame that neither place has taken arrives during the transfer. Returns true if the mechanism has
     * passed the frame on or keeps it. If it returns false or is null, the frame is held while no place serves the
     * connection, and otherwise relayed to the place that serves it. */
    bool (*on_frame)(struct host_sw *sw, struct dir_entry *entry, const struct dir_frame *frame);
    /* Returns true if the driver may act on this record of a NIC now. Otherwise this record and all later records of
     * the connection wait, and the driver asks again in each step. If null, the driver never waits. */
    bool (*may_consume)(const struct host_sw *sw, const struct dir_entry *entry,
                        const struct nic_record *record);
    /* Called when the source is lost. Returns true if the transfer goes on without the source. If it returns false or
     * is null, the connection ends. */
    bool (*on_source_lost)(struct host_sw *sw, struct dir_entry *entry);
    /* Called when the transfer is interrupted. If null, the mechanism does not react. */
    void (*on_end)(struct host_sw *sw, struct dir_entry *entry, enum transfer_end_cause cause);
    /* Called after the driver has acted on a record of a connection that a NIC serves, during a transfer or between
     * two. If null, the mechanism does not look at records. */
    void (*on_record)(struct host_sw *sw, struct dir_entry *entry, const struct nic_record *record);
};

#endif
