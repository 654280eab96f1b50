/*
 * Data link layer of one direction: SKP ordered sets and DLLPs between its TLPs, and what happens
 * to TLPs and DLLPs that arrive damaged.
 *
 * Times kept here: skp_next (next SKP set scheduled; sets that had to wait follow each other),
 * each flow's due_ps (next Ack or UpdateFC, on the peer), nak_due_ps (a Nak, on the peer),
 * rewind_ps (the Nak is here or the replay timer has ended), ack_timer_ps (replay timer after a
 * lost Ack).
 */
#ifndef TOESIM_PCIE_PCIE_WIRE_DLL_H
#define TOESIM_PCIE_PCIE_WIRE_DLL_H

#include "models/pcie/pcie_wire.h"

/* Limits of both directions; flows' capacities are set by the owner before the first TLP. */
void pcie_wire_dll_init(struct pcie_wire *wire, struct pcie_wire *peer, unsigned gen,
                        unsigned lanes, uint32_t mps_bytes);
void pcie_wire_dll_free(struct pcie_wire *wire);

/* Link-up: credits are exchanged (InitFC1, InitFC2), then TLPs may go. */
void pcie_wire_dll_link_up(struct pcie_wire *wire, uint64_t up_ps);

/* The start of a TLP that could start at base. */
struct pcie_time pcie_wire_dll_start(const struct pcie_wire *wire, struct pcie_time base);

/* When the next DLLP starts; TIME_NEVER: none is due, ever. */
uint64_t pcie_wire_dllp_next_ps(const struct pcie_wire *wire);

/* The same if a Nak waits or a fault is to strike it; else TIME_NEVER. */
uint64_t pcie_wire_dllp_fault_ps(const struct pcie_wire *wire);

/* Sends what starts by now_ps. */
void pcie_wire_dll_advance(struct pcie_wire *wire, uint64_t now_ps);

/* While both directions stay idle for long, SKP sets and periodic UpdateFCs have no effect but a
 * count: passes over them. */
void pcie_wire_dll_pass_idle(struct pcie_wire *wire, uint64_t now_ps);

/* The head of a queue waits for a report: when that is here if it leaves as is due. TIME_NEVER:
 * nothing waits. */
uint64_t pcie_wire_credit_ps_min(const struct pcie_wire *wire, bool nonposted_has_tag);

/* An Ack got lost: when the sender's replay timer ends, and what it does then. */
void pcie_wire_on_ack_timer(struct pcie_wire *wire);

/* The receiver has taken the TLP out of its buffer. */
void pcie_wire_release(struct pcie_wire *wire, const struct pcie_tlp *tlp, uint64_t at_ps);

/* For pcie_wire_start(): errors on the way. */
bool pcie_wire_dll_sent(struct pcie_wire *wire, struct pcie_tlp *tlp, bool again);
/* What the owner has added to a TLP that pcie_wire_start() returned false for. */
void pcie_wire_dll_keep(struct pcie_wire *wire, const struct pcie_tlp *tlp);
void pcie_wire_dll_rewind(struct pcie_wire *wire, uint64_t start_ps);

#endif
