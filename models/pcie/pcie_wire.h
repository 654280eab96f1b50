/*
 * One direction of a link: which TLP starts next and when it is at the other end.
 *
 * Arbitration is oldest first, so everybody gets a share and nothing starves. Ordering
 * (timing 1.6): posted writes, messages and completions share one queue and leave in the order they
 * came, so no posted write passes another and no completion passes a posted write. Reads and
 * configuration requests have a second queue. Its head goes when it is older than the head of the
 * first queue: a read never passes a posted write that came before it. While a read waits for a
 * tag, posted writes and completions pass it, as they must be able to.
 *
 * Starts are found late: a TLP's start time is settled as soon as everything before it is, and the
 * owner looks at the times that matter (an arrival somebody sees, an `issued` report, a probe).
 *
 * Data link layer (pcie_wire_dll.c): SKP ordered sets and DLLPs are no events. What is due by the time
 * a TLP could start goes first and moves the start; on an idle wire it is passed over when the next TLP
 * comes. Whoever drives both wires settles starts and DLLPs of both in the order of time, so that it does
 * not matter how often it looks. A TLP that arrives damaged stays in `unreceived` with all behind it
 * until the Nak, or the replay timer, sends them again.
 */
#ifndef TOESIM_PCIE_PCIE_WIRE_H
#define TOESIM_PCIE_PCIE_WIRE_H

#include "models/hwif/pcie_port.h"
#include "models/pcie/pcie_dll.h"
#include "models/pcie/pcie_flow.h"
#include "models/pcie/pcie_rate.h"
#include "models/pcie/pcie_ring.h"
#include "models/pcie/pcie_split.h"

#include <stdbool.h>
#include <stdint.h>

struct pcie_tlp {
    uint8_t kind;     /* enum pcie_tlp_kind */
    bool last;        /* last TLP of a write, or last completion of a request */
    bool waited;      /* a read that had to wait for a tag, counted once */
    bool poisoned;    /* completion: its data are marked bad */
    bool aborted;     /* completion: completer abort, no data */
    bool unsupported; /* completion: unsupported request, no data */
    uint8_t flow;     /* enum pcie_flow_kind */
    uint16_t credits; /* data credits */
    uint16_t tag;
    uint16_t vector;
    uint32_t len; /* payload, or bytes asked for */
    uint32_t wire_bytes;
    uint32_t value; /* configuration write; data of a completion to the host */
    uint32_t read;  /* DMA reads and their completions: index of the read */
    uint32_t read_offset;
    uint32_t config_offset;
    uint64_t address;
    uint64_t order; /* age, over both queues */
    uint64_t queued_ps;
    uint64_t queued_before; /* bytes of the posted queue ever pushed before this one */
    uint64_t start_ps;
    uint64_t arrival_ps; /* last byte at the other end */
    uint64_t due_ps;     /* takes effect there */
    uint8_t *payload;    /* memory write: cell with the bytes */
    struct pcie_done issued, visible;
    struct pcie_read_done done; /* the host's own reads */
};

struct pcie_wire_stats {
    uint64_t skps, acks, naks, updatefcs, initfcs;
    uint64_t bad_tlps, bad_dllps, acks_lost;                    /* on this wire */
    uint64_t replays, replayed_tlps, replay_timeouts, retrains; /* of this wire's sender */
    uint64_t credit_stalls; /* TLPs that had to wait for credits or for room to replay them */
};

struct pcie_wire {
    uint64_t ticks_per_byte;
    uint64_t propagation_ps;
    struct pcie_time free_at;
    struct pcie_ring posted;    /* struct pcie_tlp: writes, messages, completions */
    struct pcie_ring nonposted; /* struct pcie_tlp: read and configuration requests */
    struct pcie_ring issues;    /* uint64_t: queued_before of writes that report `issued` */
    uint64_t order_next;
    uint64_t posted_bytes_pushed;
    uint64_t posted_bytes_started;
    uint64_t tlp_end_ps; /* of the last TLP */

    bool dll;
    struct pcie_flow flows[PCIE_FLOW_COUNT]; /* of the TLPs that this wire carries */
    struct pcie_wire *peer;                  /* the other direction: carries their reports */
    struct pcie_time skp_next;
    uint64_t skp_period_ticks, skp_ticks;
    uint64_t replay_limit_ps, retrain_ps;

    /* Errors: faults to come, and what is being done about those that came. */
    uint32_t tlp_errors, dllp_errors, ack_losses;
    struct pcie_ring unreceived; /* struct pcie_tlp: sent, not received in order */
    size_t resend;               /* of these: the next to be sent again */
    uint64_t rewind_ps;          /* from then on all of them are sent again; TIME_NEVER */
    uint64_t nak_due_ps;         /* receiver wants to send a Nak (it travels on the peer) */
    uint64_t nak_timer_ps;       /* replay timer, should the Nak get lost */
    uint64_t ack_timer_ps;       /* replay timer after a lost Ack; TIME_NEVER: all is well */
    uint64_t replayed_ps;        /* arrival of the last TLP that was sent again for it */
    uint32_t replay_num;
    uint64_t error_ps; /* when the first error is noticed that was not reported; TIME_NEVER */
    struct pcie_wire_stats stats;
};

/* Where the next TLP comes from. */
enum pcie_pick { PCIE_PICK_NONE, PCIE_PICK_POSTED, PCIE_PICK_NONPOSTED, PCIE_PICK_REPLAY };

/* The next TLP, and when it starts if nothing else happens. */
struct pcie_choice {
    enum pcie_pick pick;
    struct pcie_time base;  /* were there no DLLPs and SKPs to come */
    struct pcie_time start; /* after those that are due by then */
};

void pcie_wire_init(struct pcie_wire *wire, uint64_t ticks_per_byte, uint64_t propagation_ps);
void pcie_wire_free(struct pcie_wire *wire);

/* Queues a copy of the TLP; fills in its age, wire bytes and credits. */
void pcie_wire_push(struct pcie_wire *wire, struct pcie_tlp *tlp, uint64_t now_ps);

/* nonposted_ps: since when the head of that queue has a tag; TIME_NEVER: it has none. */
struct pcie_choice pcie_wire_pick(const struct pcie_wire *wire, uint64_t nonposted_ps);

/* When the picked TLP is at the other end. */
uint64_t pcie_wire_arrival_ps(const struct pcie_wire *wire, const struct pcie_choice *choice);

/* Puts the picked TLP on the wire: *tlp gets its start and arrival. False: it does not arrive in
 * order, and will be sent again. */
bool pcie_wire_start(struct pcie_wire *wire, const struct pcie_choice *choice,
                     struct pcie_tlp *tlp);

/* No earlier than this does the next write start that reports `issued`; TIME_NEVER: none queued. */
uint64_t pcie_wire_issue_ps_min(const struct pcie_wire *wire);

/* Keeps of both queues only what keep() says; the others have been dealt with by keep(). */
void pcie_wire_filter(struct pcie_wire *wire, bool (*keep)(void *self, struct pcie_tlp *tlp),
                      void *self);

#endif
