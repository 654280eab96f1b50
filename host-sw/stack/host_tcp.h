/*
 * Connections that no NIC runs: the same TCP core (models/tcp) on the same context, with the same
 * rings in host memory, driven by whole frames and by the host's clock. Decides nothing about
 * places: the team gives a context and takes it back.
 *
 * Memory is written at the end of a step and must not be read back before. So what the application
 * wrote (host_tcp_ring) is sent, and what was received is reported (host_tcp_deliver), in the step
 * after.
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

/* What the host's TCP asks of the team. */
struct host_tcp_ops {
    /* Sends a frame of conn. False: lost, no port or buffer for it. Else host_tcp_on_sent() follows
     * when the NIC has read it. */
    bool (*send)(void *self, uint32_t conn, const uint8_t *frame, uint32_t len);
    /* What a NIC would have said of a segment: verdict, state and counters. */
    void (*on_record)(void *self, const struct nic_record *record);
    /* What a NIC would have said of an end, or of trouble: NIC_EVENT_TERMINATED, CLOSED, NOTICE. */
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
    struct conn_ctx ctx; /* live */
    uint32_t db_tx, db_rx;
    bool db, db_fin;
    bool ready; /* in the ready list */
    bool used;
    uint32_t next; /* ready list, or free list */
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
    uint32_t *slot_of; /* by connection id; HOST_TCP_NONE */
    uint16_t *unread;  /* by connection id: frames given to a NIC and not read by it yet */
    struct host_tcp_conn *slots;
    uint32_t slot_count, free_head;
    uint32_t ready_head, ready_tail;
    struct timer_heap *timers; /* by connection id */
    struct host_tcp_report *reports;
    uint32_t report_count, report_capacity;
    struct frame *frame; /* being built */
};

#define HOST_TCP_NONE UINT32_MAX

/* ops and probe are kept. False: no memory. */
bool host_tcp_init(struct host_tcp *tcp, struct nic_bus bus, const struct host_tcp_ops *ops,
                   const struct tcp_params *params, const uint8_t mac[6], uint32_t conn_max,
                   const struct probe *probe);
void host_tcp_free(struct host_tcp *tcp);

/* The host runs this connection from now on: an image as a NIC would take it (checked, sealed by
 * the caller, ring contents untouched). Not here yet. */
void host_tcp_install(struct host_tcp *tcp, const struct conn_ctx *image);
/* Takes the context out as an image, sealed; nothing of it is done here any more. */
void host_tcp_extract(struct host_tcp *tcp, uint32_t conn, struct conn_ctx *image);
/* The host runs it, and it has not ended. */
bool host_tcp_has(const struct host_tcp *tcp, uint32_t conn);

/* A segment of a connection that is here, checksums good, payload in host memory. DROP_NONE: applied.
 */
enum drop_reason host_tcp_input(struct host_tcp *tcp, uint32_t conn, const struct packet *packet,
                                const struct nic_record *frame);

/* An ICMP error about a connection that is here; false: not believed. */
bool host_tcp_icmp(struct host_tcp *tcp, uint32_t conn, const struct tcp_icmp *icmp);

/* The application's counters; they take effect in the next step. */
void host_tcp_ring(struct host_tcp *tcp, uint32_t conn, uint32_t tx_prod, uint32_t rx_consumed,
                   bool fin);
/* The application gives it up: a reset where one is due, and its end is reported. */
/* The application sets its options. */
void host_tcp_set(struct host_tcp *tcp, uint32_t conn, const struct nic_options *options);
void host_tcp_abort(struct host_tcp *tcp, uint32_t conn);
/* A NIC has read one frame of the connection, or is dead: there is room for another. */
void host_tcp_on_sent(struct host_tcp *tcp, uint32_t conn);

/* At the beginning of a step: tells the team what earlier steps did. True: there was something. */
bool host_tcp_deliver(struct host_tcp *tcp);
/* Timers that are due, doorbells, and what may be sent now. True: there was something to do. */
bool host_tcp_run(struct host_tcp *tcp);
/* The connection is here, and nothing of it is to be done now; timers may run. */
bool host_tcp_is_quiet(const struct host_tcp *tcp, uint32_t conn);
/* Something is left for the next step. */
bool host_tcp_has_work(const struct host_tcp *tcp);
/* The earliest timer; TIME_NEVER: none runs. */
uint64_t host_tcp_next_ps(const struct host_tcp *tcp);

/* The live context, for tests and reports; null: not here. */
const struct conn_ctx *host_tcp_context(const struct host_tcp *tcp, uint32_t conn);

#endif
