/*
 * The host's own TCP processes the connections that no NIC has. It uses the same TCP core (models/tcp) on the same
 * context, with the same rings in host memory, and is driven by frames and by the host's clock. It does not decide
 * about places: the team gives it a context and takes the context back.
 *
 * Writes to memory take effect at the end of a step, and the memory must not be read back before. Therefore bytes that
 * the application wrote (host_tcp_ring) are sent in the next step, and received segments are reported in the next step
 * (host_tcp_deliver).
 */
#ifndef TOESIM_HOST_STACK_HOST_TCP_H
#define TOESIM_HOST_STACK_HOST_TCP_H

#include "models/base/frame.h"
#include "models/base/probe.h"
#include "models/base/timer_heap.h"
#include "models/hwif/nic_bus.h"
#include "models/tcp/tcp.h"
#include "models/wire/packet.h"

#include <stdbool.h>
#include <stdint.h>

/* Functions of the team that the host's TCP calls. */
struct host_tcp_ops {
    /* Sends a frame of conn. Returns false if the frame is lost because no port or buffer is available. Otherwise
     * host_tcp_on_sent() follows when the NIC has read the frame. */
    bool (*send)(void *self, uint32_t conn, const uint8_t *frame, uint32_t len);
    /* Receives the record that a NIC would have written for a segment. */
    void (*on_record)(void *self, const struct nic_record *record);
    /* Receives the event that a NIC would have written: NIC_EVENT_TERMINATED, CLOSED or NOTICE. */
    void (*on_event)(void *self, const struct nic_event *event);
    void *self;
};

struct host_tcp_stats {
    uint64_t segments_received, segments_sent, retransmissions, resets_sent;
    uint64_t payload_received, payload_sent;
    uint64_t unsent; /* segments lost for want of a port or a buffer */
    uint64_t timers_fired;
    uint32_t live, live_max;
};

struct host_tcp_conn {
    struct conn_ctx ctx; /* the live context */
    uint32_t db_tx, db_rx;
    bool db, db_fin;
    bool ready; /* the connection is in the ready list */
    bool used;
    uint32_t next; /* next slot in the ready list or the free list */
};

struct host_tcp_report {
    bool is_event;
    struct nic_record record;
    struct nic_event event;
};

struct host_tcp {
    struct nic_bus bus;
    struct host_tcp_ops ops;
    struct tcp_params params;
    const struct probe *probe;
    struct host_tcp_stats stats;
    uint8_t mac[6];
    uint16_t ip_id;
    uint32_t conn_max;
    uint32_t *slot_of; /* slot of each connection id, or HOST_TCP_NONE */
    uint16_t *unread;  /* for each connection id, frames given to a NIC that it has not read yet */
    struct host_tcp_conn *slots;
    uint32_t slot_count, free_head;
    uint32_t ready_head, ready_tail;
    struct timer_heap *timers; /* by connection id */
    uint64_t next_ps;          /* the time of the earliest timer, or TIME_NEVER if none runs */
    struct host_tcp_report *reports;
    uint32_t report_count, report_capacity;
    struct frame *frame; /* the frame that is being built */
};

#define HOST_TCP_NONE UINT32_MAX

/* Makes an empty table. ops is copied; probe must outlive the table. Returns false if no memory is left. */
bool host_tcp_init(struct host_tcp *tcp, struct nic_bus bus, const struct host_tcp_ops *ops,
                   const struct tcp_params *params, const uint8_t mac[6], uint32_t conn_max,
                   const struct probe *probe);
void host_tcp_free(struct host_tcp *tcp);

/* Makes the host process this connection from now on. The caller has sealed the image, and the table must not have the
 * connection yet. */
void host_tcp_install(struct host_tcp *tcp, const struct conn_ctx *image);
/* Removes the connection from the table and stores its context as a sealed image. */
void host_tcp_extract(struct host_tcp *tcp, uint32_t conn, struct conn_ctx *image);
/* Returns true if the host processes the connection and it has not ended. */
bool host_tcp_has(const struct host_tcp *tcp, uint32_t conn);

/* Processes a segment with good checksums of a connection in the table. Returns DROP_NONE if the segment was applied,
 * or else the reason why it was dropped. */
enum drop_reason host_tcp_input(struct host_tcp *tcp, uint32_t conn, const struct packet *packet,
                                const struct nic_record *frame);

/* Processes an ICMP error about a connection in the table. Returns false if the error is ignored as invalid. */
bool host_tcp_icmp(struct host_tcp *tcp, uint32_t conn, const struct tcp_icmp *icmp);

/* Notes the application's counters and FIN, which take effect in the next host_tcp_run(). */
void host_tcp_ring(struct host_tcp *tcp, uint32_t conn, uint32_t tx_prod, uint32_t rx_consumed,
                   bool fin);
/* Sets the application's options. */
void host_tcp_set(struct host_tcp *tcp, uint32_t conn, const struct nic_options *options);
/* Aborts the connection: sends a reset if TCP requires one, and reports the end. */
void host_tcp_abort(struct host_tcp *tcp, uint32_t conn);

/* Delivers the reports of earlier steps to the team, at the beginning of a step. Returns true if there was one. */
bool host_tcp_deliver(struct host_tcp *tcp);
/* Runs the timers that are due, applies doorbells, and sends segments. Returns true if there was any work. */
bool host_tcp_run(struct host_tcp *tcp);
/* Returns true if the connection is in the table and has no work now. Its timers may run. */
bool host_tcp_is_quiet(const struct host_tcp *tcp, uint32_t conn);
/* Returns true if there is work for the next step. */
bool host_tcp_has_work(const struct host_tcp *tcp);

/* Returns the live context of a connection in the table, or null. */
const struct conn_ctx *host_tcp_context(const struct host_tcp *tcp, uint32_t conn);

#endif
