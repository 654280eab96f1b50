/*
 * Link aggregation control of one port (IEEE 802.1AX clause 6.4). It finds out whether the far end agrees
 * that this link carries frames of the group. The machine handles no frames and no line: the caller reports
 * events and sends the LACPDUs that the machine asks for. Each end of a link has one such machine.
 *
 * Receive machine: DISABLED (no carrier); EXPIRED (no LACPDU came during the timeout, so the port asks for the
 * fast period for 3 s); DEFAULTED (still no LACPDU, so there is no partner); CURRENT. Multiplexer, with separate
 * collecting and distributing: DETACHED; WAITING (the port is selected and waits 2 s before it attaches, so that
 * other ports can join); ATTACHED (this port is in sync); COLLECTING (the partner is in sync too, so frames are
 * received); DISTRIBUTING (the partner collects, so frames are sent). When the partner changes or is no longer in
 * sync, the port goes back. Values: docs/timing.md 3.7.
 *
 * Not modeled: standby ports, the churn machines (they only warn), moved ports, version 2.
 */
#ifndef TOESIM_MAC_LACP_PORT_H
#define TOESIM_MAC_LACP_PORT_H

#include "models/base/units.h"
#include "models/wire/lacp.h"

enum lacp_period {
    LACP_OFF,
    LACP_SLOW, /* asks the partner for a LACPDU every 30 s, which is valid for 90 s */
    LACP_FAST  /* asks for one every second, which is valid for 3 s */
};

#define LACP_FAST_PS PS_PER_S
#define LACP_SLOW_PS (30 * PS_PER_S)
#define LACP_AGGREGATE_WAIT_PS (2 * PS_PER_S)
enum { LACP_TIMEOUT_PERIODS = 3, LACP_SENT_PER_FAST_MAX = 3 };

enum lacp_rx { LACP_RX_DISABLED, LACP_RX_EXPIRED, LACP_RX_DEFAULTED, LACP_RX_CURRENT };
enum lacp_mux {
    LACP_MUX_DETACHED,
    LACP_MUX_WAITING,
    LACP_MUX_ATTACHED,
    LACP_MUX_COLLECTING,
    LACP_MUX_DISTRIBUTING
};

struct lacp_port_machine {
    struct lacp_port actor, partner; /* operational values, including the state bits */
    enum lacp_rx rx;
    enum lacp_mux mux;
    bool is_enabled; /* the port has carrier */
    bool is_selected;
    bool need_to_send;
    /* TIME_NEVER if the timer does not run; the same holds for the next two. */
    uint64_t current_while_ps;
    uint64_t wait_while_ps, periodic_ps;
    uint64_t sent_ps[LACP_SENT_PER_FAST_MAX]; /* times of the last LACPDUs, oldest first */
    uint32_t sent;                            /* number of entries of sent_ps in use */
};

/* Starts a port that has carrier and has heard no LACPDU yet. `identity` gives system, key, priorities and
 * port number; its state is ignored. `period` is not LACP_OFF. */
void lacp_port_begin(struct lacp_port_machine *port, const struct lacp_port *identity,
                     enum lacp_period period, uint64_t now_ps);

/* Starts two ports whose ends have agreed long ago, so that each distributes. */
void lacp_port_begin_agreed(struct lacp_port_machine *a, struct lacp_port_machine *b,
                            uint64_t now_ps);

void lacp_port_set_carrier(struct lacp_port_machine *port, bool up, uint64_t now_ps);
void lacp_port_hear(struct lacp_port_machine *port, const struct lacp_pdu *pdu, uint64_t now_ps);

/* Handles the timers that have expired. */
void lacp_port_run(struct lacp_port_machine *port, uint64_t now_ps);
/* Returns true if `pdu` must be sent now. At most three LACPDUs are sent in a second. */
bool lacp_port_take_pdu(struct lacp_port_machine *port, struct lacp_pdu *pdu, uint64_t now_ps);
/* Returns the time when the next timer expires or the next LACPDU may be sent. */
uint64_t lacp_port_next_ps(const struct lacp_port_machine *port);

static inline bool lacp_port_is_distributing(const struct lacp_port_machine *port)
{
    return port->mux == LACP_MUX_DISTRIBUTING;
}

#endif
