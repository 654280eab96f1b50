/*
 * One direction of a link: which TLP starts next and when it arrives at the other end.
 *
 * Arbitration is oldest first, so no requester starves. Ordering (docs/timing.md 1.6): posted writes, messages and
 * completions share one queue and leave in order of arrival, so no posted write passes another and no completion
 * passes a posted write. Reads and configuration requests have a second queue. Its head starts when it is older
 * than the head of the first queue, so a read never passes an earlier posted write. While a read waits for a tag,
 * posted writes and completions may pass it, as the specification requires.
 *
 * The start time of a TLP is computed only when all earlier events are settled, and the owner runs the wire only at
 * times that matter (an arrival that someone observes, an `issued` report, a probe).
 *
 * Data link layer (pcie_wire_dll.c): SKP ordered sets and DLLPs cause no events. Those that are due before a TLP could
 * start are sent first and delay it; on an idle wire they are skipped when the next TLP comes. The owner of both
 * wires processes starts and DLLPs of both in time order, so the result does not depend on how often it runs. A TLP
 * that arrives damaged stays in `unreceived`, with all later ones, until a Nak or the replay timer resends them.
 */
#ifndef TOESIM_PCIE_PCIE_WIRE_H
#define TOESIM_PCIE_PCIE_WIRE_H

#include "models/hwif/pcie_port.h"
#include "models/pcie/wire/pcie_dll.h"
#include "models/pcie/wire/pcie_flow.h"
#include "models/pcie/wire/pcie_rate.h"
#include "models/pcie/wire/pcie_ring.h"
#include "models/pcie/wire/pcie_split.h"

#include <stdbool.h>
#include <stdint.h>

struct pcie_tlp {
    uint8_t kind;     /* enum pcie_tlp_kind */
    bool last;        /* last TLP of a write, or last completion of a request */
    bool waited;      /* the read had to wait for a tag; counted once */
    bool poisoned;    /* completion with poisoned data */
    bool aborted;     /* completion: completer abort, no data */
    bool unsupported; /* completion: unsupported request, no data */
    uint8_t flow;     /* enum pcie_flow_kind */
    uint16_t credits; /* data credits */
    uint16_t tag;
    uint16_t vector;
    uint32_t len; /* payload, or the requested length */
    uint32_t wire_bytes;
    uint32_t value; /* configuration write; data of a completion to the host */
    uint32_t read;  /* DMA reads and their completions: index of the read */
    uint32_t read_offset;
    uint32_t config_offset;
    uint64_t address;
    uint64_t order; /* age over both queues */
    uint64_t queued_ps;
    uint64_t queued_before; /* bytes pushed into the posted queue before this TLP, ever */
    uint64_t start_ps;
    uint64_t arrival_ps; /* arrival of the last byte at the other end */
    uint64_t due_ps;     /* time when it takes effect there */
    uint8_t *payload;    /* memory write: the cell with the bytes */
    struct pcie_done issued, visible;
    struct pcie_read_done done; /* for reads by the host */
};

struct pcie_wire_stats {
    uint64_t skps, acks, naks, updatefcs, initfcs;
    uint64_t bad_tlps, bad_dllps, acks_lost;                    /* on this wire */
    uint64_t replays, replayed_tlps, replay_timeouts, retrains; /* by this wire's sender */
    uint64_t credit_stalls; /* TLPs that had to wait for credits or for room in the replay buffer */
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
    struct pcie_flow flows[PCIE_FLOW_COUNT]; /* the limits of the TLPs on this wire */
    struct pcie_wire *peer;                  /* the other direction, which carries their reports */
    struct pcie_time skp_next;
    uint64_t skp_period_ticks, skp_ticks;
    uint64_t replay_limit_ps, retrain_ps;

    /* Errors: injected faults to come, and the state of the recovery. */
    uint32_t tlp_errors, dllp_errors, ack_losses;
    struct pcie_ring unreceived; /* struct pcie_tlp: sent, but not received in order */
    size_t resend;               /* index in `unreceived` of the next TLP to resend */
    uint64_t rewind_ps;          /* from this time on all of them are resent; TIME_NEVER if none */
    uint64_t nak_due_ps;         /* when the receiver sends a Nak (on the peer) */
    uint64_t nak_timer_ps;       /* end of the replay timer if the Nak gets lost */
    /* End of the replay timer after a lost Ack; TIME_NEVER if none was lost. */
    uint64_t ack_timer_ps;
    uint64_t replayed_ps; /* arrival of the last TLP that was resent because of it */
    uint32_t replay_num;
    /* When the first unreported error is detected; TIME_NEVER if there is none. */
    uint64_t error_ps;
    struct pcie_wire_stats stats;
};

/* The source of the next TLP. */
enum pcie_pick { PCIE_PICK_NONE, PCIE_PICK_POSTED, PCIE_PICK_NONPOSTED, PCIE_PICK_REPLAY };

/* The next TLP, and its start if no other event happens first. */
struct pcie_choice {
    enum pcie_pick pick;
    struct pcie_time base;  /* start if no DLLPs and SKPs were due */
    struct pcie_time start; /* start after the DLLPs and SKPs that are due by then */
};

void pcie_wire_init(struct pcie_wire *wire, uint64_t ticks_per_byte, uint64_t propagation_ps);
void pcie_wire_free(struct pcie_wire *wire);

/* Queues a copy of the TLP; fills in its age, wire bytes and credits. */
void pcie_wire_push(struct pcie_wire *wire, struct pcie_tlp *tlp, uint64_t now_ps);

/* Chooses the next TLP. `nonposted_ps` is the time since when the head of that queue has a tag; TIME_NEVER
 * if it has none. */
struct pcie_choice pcie_wire_pick(const struct pcie_wire *wire, uint64_t nonposted_ps);

/* Returns when the picked TLP arrives at the other end. */
uint64_t pcie_wire_arrival_ps(const struct pcie_wire *wire, const struct pcie_choice *choice);

/* Puts the picked TLP on the wire and sets its start and arrival. Returns false if it does not arrive in
 * order and will be resent. */
bool pcie_wire_start(struct pcie_wire *wire, const struct pcie_choice *choice,
                     struct pcie_tlp *tlp);

/* Returns a lower bound for the start of the next write that reports `issued`; TIME_NEVER if none is queued. */
uint64_t pcie_wire_issue_ps_min(const struct pcie_wire *wire);

/* Removes the TLPs of both queues for which keep() returns false; keep() has handled them. */
void pcie_wire_filter(struct pcie_wire *wire, bool (*keep)(void *self, struct pcie_tlp *tlp),
                      void *self);

#endif
