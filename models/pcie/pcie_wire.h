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
 * Data link layer: Ack and UpdateFC DLLPs, credits, SKP ordered sets and the replay buffer are not
 * here yet; wire bytes are those of TLPs alone (column 1 of timing 1.8). Their place is
 * pcie_wire_start(): what else occupies the wire before the TLP, and whether credits let it go.
 */
#ifndef TOESIM_PCIE_PCIE_WIRE_H
#define TOESIM_PCIE_PCIE_WIRE_H

#include "models/hwif/pcie_port.h"
#include "models/pcie/pcie_rate.h"
#include "models/pcie/pcie_ring.h"
#include "models/pcie/pcie_split.h"

#include <stdbool.h>
#include <stdint.h>

struct pcie_tlp {
    uint8_t kind; /* enum pcie_tlp_kind */
    bool last;    /* last TLP of a write, or last completion of a request */
    bool waited;  /* a read that had to wait for a tag, counted once */
    bool has_data;
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
};

/* Which queue the next TLP comes from. */
enum pcie_pick { PCIE_PICK_NONE, PCIE_PICK_POSTED, PCIE_PICK_NONPOSTED };

void pcie_wire_init(struct pcie_wire *wire, uint64_t ticks_per_byte, uint64_t propagation_ps);
void pcie_wire_free(struct pcie_wire *wire);

/* Queues a copy of the TLP; fills in its age and wire bytes. */
void pcie_wire_push(struct pcie_wire *wire, struct pcie_tlp *tlp, uint64_t now_ps);

/* The next TLP and when it starts if nothing else happens. nonposted_ps: since when the head of
 * that queue may go; TIME_NEVER: it has no tag. */
enum pcie_pick pcie_wire_pick(const struct pcie_wire *wire, uint64_t nonposted_ps,
                              struct pcie_time *start);

/* When the picked TLP is at the other end. */
uint64_t pcie_wire_arrival_ps(const struct pcie_wire *wire, enum pcie_pick pick,
                              struct pcie_time start);

/* Puts the picked TLP on the wire: *tlp gets its start and arrival. */
void pcie_wire_start(struct pcie_wire *wire, enum pcie_pick pick, struct pcie_time start,
                     struct pcie_tlp *tlp);

/* No earlier than this does the next write start that reports `issued`; TIME_NEVER: none queued. */
uint64_t pcie_wire_issue_ps_min(const struct pcie_wire *wire);

/* Keeps of both queues only what keep() says; the others have been dealt with by keep(). */
void pcie_wire_filter(struct pcie_wire *wire, bool (*keep)(void *self, struct pcie_tlp *tlp),
                      void *self);

#endif
