/* The driver of one NIC: rings, commands with their completions, frame buffers. Decides nothing
 * about connections. */
#ifndef TOESIM_HOST_DRIVER_NIC_DRIVER_H
#define TOESIM_HOST_DRIVER_NIC_DRIVER_H

#include "host-sw/driver/buffer_pool.h"
#include "host-sw/driver/nic_probe.h"
#include "host-sw/driver/rings.h"
#include "models/hwif/nic_desc.h"
#include "models/hwif/nic_regs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A command whose completion has not come. Its cookie is its index in the table. */
struct nic_request {
    uint8_t op; /* enum nic_cmd_op */
    bool used;
    uint16_t gen;
    uint32_t conn;
    uint64_t buffer;     /* one reference is held until the completion; 0: none */
    uint64_t frame_id;   /* RX_INJECT: which frame */
    uint32_t ring_index; /* its entry in the command ring, once pushed */
    uint32_t next_free;
};

struct nic_driver_params {
    uint8_t mac[6];
    uint32_t mtu_bytes;
    uint32_t log2_cmd, log2_record, log2_event, log2_buffer;
    uint32_t heartbeat_us; /* 0: none */
    uint32_t challenge_rate, challenge_key;
    uint32_t lookup_key[NIC_LOOKUP_KEY_WORDS]; /* secret of the lookup table */
    struct nic_probe_request probe;
};

struct nic_driver {
    struct nic_bus bus;
    unsigned nic;
    bool up; /* started, and answering as far as known */
    bool link_up;
    uint32_t conn_max; /* NIC_REG_CONN_MAX */
    struct host_ring commands, buffers;
    struct nic_ring records, events;
    struct buffer_pool *pool;
    uint8_t *posted; /* per buffer of the pool: this NIC has it */
    struct nic_probe_sizes sizes;
    struct nic_request *requests;
    uint32_t request_count, request_free;
    uint32_t *ring_cookies;  /* cookie of each command ring entry */
    uint32_t fetched;        /* the NIC has fetched at least so many commands */
    struct nic_cmd *backlog; /* commands the ring had no room for, in order */
    size_t backlog_head, backlog_tail, backlog_capacity;
};

/* Start in two parts. First: probes, and resets. Blocks. pool is kept. */
enum nic_probe_result nic_driver_begin(struct nic_driver *driver, struct nic_bus bus, unsigned nic,
                                       const struct nic_driver_params *params,
                                       struct buffer_pool *pool);
/* Second, when the reset is over: sets up rings, posts buffers, enables. Blocks. */
enum nic_probe_result nic_driver_enable(struct nic_driver *driver,
                                        const struct nic_driver_params *params);
/* Both, and waits for the reset in between. */
enum nic_probe_result nic_driver_start(struct nic_driver *driver, struct nic_bus bus, unsigned nic,
                                       const struct nic_driver_params *params,
                                       struct buffer_pool *pool);
/* It was started: what it wrote into its rings is there, even when it is up no more. */
bool nic_driver_has_rings(const struct nic_driver *driver);
/* Disables the NIC and frees everything; the NIC is quiet after the write was completed. */
void nic_driver_stop(struct nic_driver *driver);
/* Frees the driver's own memory only, for a NIC that was never started or is gone. */
void nic_driver_free(struct nic_driver *driver);

/* Issues cmd in order behind all earlier ones. cmd->cookie is set here. buffer (or 0) is a frame
 * the command reads: one reference is taken until its completion. True: a completion will come. */
bool nic_driver_command(struct nic_driver *driver, struct nic_cmd cmd, uint64_t buffer);

/* Accounts a CMD_DONE event; false: it answers no request (a command that asked for no completion
 * has failed). Otherwise *request is a copy. */
bool nic_driver_complete(struct nic_driver *driver, const struct nic_event *event,
                         struct nic_request *request);

/* For a NIC that is gone: takes back one command that will never complete; false: none is left. */
bool nic_driver_abandon(struct nic_driver *driver, struct nic_request *request);

/* A record gave a fresh buffer back: the host has its reference now. */
void nic_driver_on_buffer(struct nic_driver *driver, uint64_t buffer);

/* For a NIC that is gone: takes back every buffer it still has. */
void nic_driver_take_buffers(struct nic_driver *driver);

/* End of a batch: posts buffers, rings each doorbell whose count changed, once. */
void nic_driver_flush(struct nic_driver *driver);

/* Writes a 16-byte connection doorbell. */
void nic_driver_ring_conn(struct nic_driver *driver, const struct nic_doorbell *doorbell);

#endif
