/*
 * One limit of a sender of TLPs, and how the sender learns that it may send more. A limit is one kind of
 * credits, or the sequence window with the replay buffer. All of them work alike: sending takes units, the
 * receiver frees them later, and a DLLP of the other direction reports what has been freed (docs/timing.md
 * 1.4, 1.5).
 *
 * The receiver sends a report at most `latency` after the first unit that it has freed since its last report, at
 * once while the sender has too few units for the largest TLP, and every `period`.
 */
#ifndef TOESIM_PCIE_PCIE_FLOW_H
#define TOESIM_PCIE_PCIE_FLOW_H

#include "models/pcie/wire/pcie_ring.h"

#include <stdbool.h>
#include <stdint.h>

enum pcie_flow_kind {
    PCIE_FLOW_P,   /* posted: headers, and data in units of 16 bytes; reported by UpdateFC-P */
    PCIE_FLOW_NP,  /* non-posted; UpdateFC-NP */
    PCIE_FLOW_CPL, /* completions, if their credits are finite; UpdateFC-Cpl */
    PCIE_FLOW_ACK, /* sequence numbers, and bytes in the replay buffer; Ack */
    PCIE_FLOW_COUNT,
    PCIE_FLOW_NONE = PCIE_FLOW_COUNT, /* completions with infinite credit */
};

struct pcie_units {
    uint64_t headers, data;
};

struct pcie_flow {
    struct pcie_units capacity; /* 0 means infinite: the sender never waits for this unit */
    /* If fewer units than these are left, the receiver reports at once. */
    struct pcie_units urgent;
    uint64_t latency_ps;
    uint64_t period_ps;          /* TIME_NEVER if there are no periodic reports */
    struct pcie_units sent;      /* cumulative, like the next three */
    struct pcie_units granted;   /* freed, as far as the sender knows */
    struct pcie_units reported;  /* freed, according to the last report */
    struct pcie_units freed_sum; /* freed, including those in `freed` */
    struct pcie_ring freed;      /* struct pcie_flow_step: freed but not yet reported */
    struct pcie_ring reports;    /* struct pcie_flow_step: reports that travel to the sender */
    uint64_t refresh_ps;         /* next periodic report */
    /* Time of a report that is due without freed units; TIME_NEVER if none. */
    uint64_t forced_ps;
    uint64_t due_ps; /* time of the next report */
    /* After a lost report, the time when its first unit was freed; TIME_NEVER if none was lost. */
    uint64_t lost_from_ps;
};

/* A cumulative count that is valid from `at_ps` on. */
struct pcie_flow_step {
    uint64_t at_ps;
    struct pcie_units total;
};

void pcie_flow_init(struct pcie_flow *flow);
void pcie_flow_free_memory(struct pcie_flow *flow);

/* Resets to the state after the handshake at link-up: no units sent or owed. The limits stay. */
void pcie_flow_reset(struct pcie_flow *flow, uint64_t now_ps);

/* Returns since when a TLP of these units may be sent; TIME_NEVER if it must wait for a report not yet sent. */
uint64_t pcie_flow_ready_ps(const struct pcie_flow *flow, struct pcie_units need);

/* Returns the units that the sender knows to be freed at `at_ps`. */
struct pcie_units pcie_flow_known(const struct pcie_flow *flow, uint64_t at_ps);

void pcie_flow_take(struct pcie_flow *flow, struct pcie_units need, uint64_t start_ps);

/* The receiver will free the units at `at_ps`, in the order in which they were taken. */
void pcie_flow_give(struct pcie_flow *flow, struct pcie_units units, uint64_t at_ps);

/* Sends a report at `at_ps`, which reaches the sender at `arrive_ps` unless it is lost. */
void pcie_flow_report(struct pcie_flow *flow, uint64_t at_ps, uint64_t arrive_ps, bool lost);

/* Requests a report at `at_ps` at the latest. */
void pcie_flow_force(struct pcie_flow *flow, uint64_t at_ps);

/* Skips whole periods before `before_ps`, in which no other event happens. Returns the number of skipped reports. */
uint64_t pcie_flow_skip(struct pcie_flow *flow, uint64_t before_ps);

#endif
