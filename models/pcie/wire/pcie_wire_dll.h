/*
 * Data link layer of one direction: SKP ordered sets and DLLPs between the TLPs, and the recovery from TLPs
 * and DLLPs that arrive damaged.
 *
 * Times kept here: skp_next (next SKP set; delayed sets follow each other directly), each flow's due_ps (next Ack or
 * UpdateFC, on the peer), nak_due_ps (a Nak, on the peer), rewind_ps (the Nak has arrived or the replay timer has
 * expired), ack_timer_ps (replay timer after a lost Ack).
 */
#ifndef TOESIM_PCIE_PCIE_WIRE_DLL_H
#define TOESIM_PCIE_PCIE_WIRE_DLL_H

#include "models/pcie/wire/pcie_wire.h"

/* Sets the limits of both directions. The owner sets the capacities of the flows before the first TLP. */
void pcie_wire_dll_init(struct pcie_wire *wire, struct pcie_wire *peer, unsigned gen,
                        unsigned lanes, uint32_t mps_bytes);
void pcie_wire_dll_free(struct pcie_wire *wire);

/* Brings the link up: credits are exchanged (InitFC1, InitFC2), and then TLPs may start. */
void pcie_wire_dll_link_up(struct pcie_wire *wire, uint64_t up_ps);

/* Returns the start of a TLP that could start at `base` if no DLLP or SKP were due. */
struct pcie_time pcie_wire_dll_start(const struct pcie_wire *wire, struct pcie_time base);

/* Returns when the next DLLP starts; TIME_NEVER if none is scheduled. */
uint64_t pcie_wire_dllp_next_ps(const struct pcie_wire *wire);

/* Like pcie_wire_dllp_next_ps() if a Nak waits or a fault will hit the DLLP; otherwise TIME_NEVER. */
uint64_t pcie_wire_dllp_fault_ps(const struct pcie_wire *wire);

/* Sends the DLLPs that start by `now_ps`. */
void pcie_wire_dll_advance(struct pcie_wire *wire, uint64_t now_ps);

/* Skips SKP sets and periodic UpdateFCs while both directions stay idle for long, because they only change
 * counters. */
void pcie_wire_dll_pass_idle(struct pcie_wire *wire, uint64_t now_ps);

/* Returns when the report for which the head of a queue waits could arrive; TIME_NEVER if no TLP waits. */
uint64_t pcie_wire_credit_ps_min(const struct pcie_wire *wire, bool nonposted_has_tag);

/* Handles the end of the replay timer after a lost Ack. */
void pcie_wire_on_ack_timer(struct pcie_wire *wire);

/* Called when the receiver has taken the TLP out of its buffer. */
void pcie_wire_release(struct pcie_wire *wire, const struct pcie_tlp *tlp, uint64_t at_ps);

/* Applies errors to a TLP that was sent; used by pcie_wire_start(). */
bool pcie_wire_dll_sent(struct pcie_wire *wire, struct pcie_tlp *tlp, bool again);
/* Stores the fields that the owner added to a TLP for which pcie_wire_start() returned false. */
void pcie_wire_dll_keep(struct pcie_wire *wire, const struct pcie_tlp *tlp);
void pcie_wire_dll_rewind(struct pcie_wire *wire, uint64_t start_ps);

#endif
