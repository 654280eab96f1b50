/*
 * What the sender of TLPs may not exceed, and how it learns of more: one kind of credits, or the
 * sequence window with the replay buffer. All three kinds work alike: sending takes units, the
 * receiver frees them some time later, and a DLLP of the other direction reports what has been
 * freed (timing 1.4, 1.5).
 *
 * The receiver sends a report at the latest `latency` after the first unit it has freed since its
 * last one; at once while the sender has too few units for the largest TLP; and every `period`.
 */
#ifndef TOESIM_PCIE_PCIE_FLOW_H
#define TOESIM_PCIE_PCIE_FLOW_H

#include "models/pcie/pcie_ring.h"

#include <stdbool.h>
#include <stdint.h>

enum pcie_flow_kind {
    PCIE_FLOW_P,   /* posted: headers, and data of 16 bytes; reported by UpdateFC-P */
    PCIE_FLOW_NP,  /* non-posted; UpdateFC-NP */
    PCIE_FLOW_CPL, /* completions, where their credits are finite; UpdateFC-Cpl */
    PCIE_FLOW_ACK, /* sequence numbers, and bytes in the replay buffer; Ack */
    PCIE_FLOW_COUNT,
    PCIE_FLOW_NONE = PCIE_FLOW_COUNT, /* completions with infinite credit */
};

struct pcie_units {
    uint64_t headers, data;
};

struct pcie_flow {
    struct pcie_units capacity; /* 0: infinite, that unit is never waited for */
    struct pcie_units urgent;   /* fewer left than these: report at once */
    uint64_t latency_ps;
    uint64_t period_ps;          /* TIME_NEVER: no report without need */
    struct pcie_units sent;      /* all of these only grow */
    struct pcie_units granted;   /* freed, as the sender knows */
    struct pcie_units reported;  /* freed, as the last report said */
    struct pcie_units freed_sum; /* freed, those in `freed` included */
    struct pcie_ring freed;      /* struct pcie_flow_step: not yet reported */
    struct pcie_ring reports;    /* struct pcie_flow_step: on their way to the sender */
    uint64_t refresh_ps;         /* next periodic report */
    uint64_t forced_ps;          /* a report is wanted whatever was freed; TIME_NEVER */
    uint64_t due_ps;             /* next report */
    uint64_t lost_from_ps;       /* a report was lost: when its first unit was freed; TIME_NEVER */
};

/* From at_ps on the sum is total. */
struct pcie_flow_step {
    uint64_t at_ps;
    struct pcie_units total;
};

void pcie_flow_init(struct pcie_flow *flow);
void pcie_flow_free_memory(struct pcie_flow *flow);

/* As after the handshake at link-up: nothing sent, nothing owed. Limits stay. */
void pcie_flow_reset(struct pcie_flow *flow, uint64_t now_ps);

/* Since when a TLP of these units may go; TIME_NEVER: not before a report that is yet to come. */
uint64_t pcie_flow_ready_ps(const struct pcie_flow *flow, struct pcie_units need);

/* What the sender knows to be freed at at_ps. */
struct pcie_units pcie_flow_known(const struct pcie_flow *flow, uint64_t at_ps);

void pcie_flow_take(struct pcie_flow *flow, struct pcie_units need, uint64_t start_ps);

/* The receiver will free the units at at_ps; in the order they were taken. */
void pcie_flow_give(struct pcie_flow *flow, struct pcie_units units, uint64_t at_ps);

/* A report leaves at at_ps and is at the sender at arrive_ps, unless it is lost. */
void pcie_flow_report(struct pcie_flow *flow, uint64_t at_ps, uint64_t arrive_ps, bool lost);

/* A report at at_ps at the latest. */
void pcie_flow_force(struct pcie_flow *flow, uint64_t at_ps);

/* Nothing happens before `before_ps`: passes over whole periods. Returns the reports passed. */
uint64_t pcie_flow_skip(struct pcie_flow *flow, uint64_t before_ps);

#endif
