/* The driver of one NIC. It handles the rings, the commands with their completions, and the frame buffers, but decides
 * nothing about connections. */
#ifndef TOESIM_HOST_DRIVER_NIC_DRIVER_H
#define TOESIM_HOST_DRIVER_NIC_DRIVER_H

#include "host-sw/driver/buffer_pool.h"
#include "host-sw/driver/clock_sync.h"
#include "host-sw/driver/command_list.h"
#include "host-sw/driver/image_slots.h"
#include "host-sw/driver/nic_probe.h"
#include "host-sw/driver/push_window.h"
#include "host-sw/driver/rings.h"
#include "models/hwif/nic_desc.h"
#include "models/hwif/nic_regs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A command whose completion has not come yet. Its cookie is its index in the table. */
#define NIC_DRIVER_NO_COOKIE UINT32_MAX /* of a command without a completion */

struct nic_request {
    uint8_t op; /* enum nic_cmd_op */
    bool used;
    uint16_t gen;
    bool has_slot; /* the command is an INSTALL that takes its image from a slot */
    bool grants;   /* the INSTALL came before its image */
    uint8_t slot;
    uint32_t conn;
    uint64_t buffer;     /* a buffer with a reference until the completion comes, or 0 */
    uint64_t frame_id;   /* the frame of RX_INJECT; the number of a list */
    uint32_t ring_index; /* index of the command in the command ring, valid once it was pushed */
    uint32_t next_free;
};

struct nic_driver_params {
    uint8_t mac[6];
    uint32_t mtu_bytes;
    uint32_t log2_cmd, log2_record, log2_event, log2_buffer;
    uint32_t
        heartbeat_us;  /* time without a heartbeat after which the NIC fences itself; 0: never */
    bool uses_slots;   /* images may go through the image slots, if the NIC has any */
    bool pushes;       /* commands go through the push window, and the command ring is not used */
    bool uses_tuples;  /* RESERVE and RELEASE have the tuple in them, if the NIC takes that */
    bool asks_hash;    /* for the hash of the tuple in the records of foreign segments */
    bool asks_records; /* the driver reads whether the NIC has NIC_CAPABILITY_RECORDED */
    uint32_t checkpoint_lines;    /* of the checkpoints that the NIC is to write; 0: none */
    uint64_t checkpoints_address; /* where it writes them */
    uint32_t list_max;            /* entries of a list of commands at most; 0: no lists */
    uint32_t challenge_rate, challenge_key;
    uint32_t lookup_key[NIC_LOOKUP_KEY_WORDS]; /* secret of the lookup table */
    struct nic_probe_request probe;
};

struct nic_driver {
    struct nic_bus bus;
    unsigned nic;
    bool up; /* the NIC was started and answers as far as the driver knows */
    bool link_up;
    bool
        records_first; /* it acknowledges only what its records report; known if the parameters ask for it */
    bool takes_tuples; /* RESERVE and RELEASE are to have the tuple in them */
    uint32_t conn_max; /* NIC_REG_CONN_MAX */
    struct host_ring commands, buffers;
    /* If it is used, its slots take the place of the entries of `commands`, which then only counts. */
    struct push_window window;
    struct image_slots slots;
    struct command_lists lists;
    struct clock_sync clock;
    struct nic_ring records, events;
    struct buffer_pool *pool;
    uint8_t *posted; /* for each buffer of the pool, 1 if it is posted to this NIC */
    struct nic_probe_sizes sizes;
    struct nic_request *requests;
    uint32_t request_count, request_free;
    uint32_t outstanding;    /* commands whose completion is to come */
    bool asked;              /* a sign of life was asked for since progress_ps */
    uint64_t progress_ps;    /* last completion, or the time since when commands are outstanding */
    uint32_t *ring_cookies;  /* cookie of each command ring entry */
    uint32_t fetched;        /* number of commands that the NIC is known to have fetched */
    struct nic_cmd *backlog; /* commands for which the ring had no room, in order */
    size_t backlog_head, backlog_tail, backlog_capacity;
};

/* Probes the NIC and begins its reset, which is the first part of the start. The call blocks. The driver keeps pool. */
enum nic_probe_result nic_driver_begin(struct nic_driver *driver, struct nic_bus bus, unsigned nic,
                                       const struct nic_driver_params *params,
                                       struct buffer_pool *pool);
/* Sets up the rings, posts buffers and enables the NIC when the reset is over, which is the second part of the start.
 * The call blocks. */
enum nic_probe_result nic_driver_enable(struct nic_driver *driver,
                                        const struct nic_driver_params *params);
/* Starts the NIC with both parts, and waits for the end of the reset between them. */
enum nic_probe_result nic_driver_start(struct nic_driver *driver, struct nic_bus bus, unsigned nic,
                                       const struct nic_driver_params *params,
                                       struct buffer_pool *pool);
/* Returns true if the NIC has rings, which the driver can read even after the NIC has died. */
bool nic_driver_has_rings(const struct nic_driver *driver);
/* Disables the NIC. The NIC does not access host memory any more when the function returns. */
void nic_driver_stop(struct nic_driver *driver);
/* Frees the rings and all other memory of the driver, for a NIC that is stopped or dead. */
void nic_driver_free(struct nic_driver *driver);

/* Issues cmd after all earlier commands and sets its cookie. buffer is that of a frame which the command reads, or 0;
 * the driver holds a reference to it until the completion. Returns true if a completion will come. */
bool nic_driver_command(struct nic_driver *driver, struct nic_cmd cmd, uint64_t buffer);

/* Like nic_driver_command(), for FREEZE, INSTALL, RESERVE and RELEASE of different connections, which may change places
 * until the step ends. The driver issues them in lists if it has set up lists. */
bool nic_driver_command_in_list(struct nic_driver *driver, struct nic_cmd cmd);

/* Returns the completion of an entry of a list in *each; `done` is that of the list, and *request what it has answered.
 * Returns false if the list has no entry of this index. Then the driver has forgotten the list. */
bool nic_driver_list_result(struct nic_driver *driver, const struct nic_request *request,
                            uint32_t index, const struct nic_event *done, struct nic_event *each);

/* Returns the index that the next command gets. Commands are counted from the start of the NIC, in the order of their
 * calls, and the count wraps at 2^32. */
uint32_t nic_driver_next_command(const struct nic_driver *driver);

/* Returns true if the command with this index is in the command ring, or has a slot of the push window. A command waits
 * outside while there is no room. The NIC is told of such a command when the step ends. */
bool nic_driver_is_in_ring(const struct nic_driver *driver, uint32_t index);

/* Removes the request that a CMD_DONE event answers and copies it to *request. Returns false if there is none, because
 * a command that asked for no completion has failed. */
bool nic_driver_complete(struct nic_driver *driver, const struct nic_event *event,
                         struct nic_request *request);

/* Takes back one command of a dead NIC, which will never complete. Returns false if none is left. */
bool nic_driver_abandon(struct nic_driver *driver, struct nic_request *request);

/* Notes that a record has returned a posted buffer, whose reference the host has now. */
void nic_driver_on_buffer(struct nic_driver *driver, uint64_t buffer);

/* Takes back all buffers that are posted to a dead NIC. */
void nic_driver_take_buffers(struct nic_driver *driver);

/* Ends a batch: posts buffers, and rings each doorbell whose count has changed once. */
void nic_driver_flush(struct nic_driver *driver);

/* Tells the NIC of the commands alone. */
void nic_driver_flush_commands(struct nic_driver *driver);

/* Writes a 16-byte connection doorbell. */
void nic_driver_ring_conn(struct nic_driver *driver, const struct nic_doorbell *doorbell);

#endif
