/*
 * Link aggregation control of one port (IEEE 802.1AX clause 6.4): whether the far end agrees that this
 * link carries frames of the group. Knows no frames and no line: it is told what happens and says what to
 * send. Both ends of a link are one of these.
 *
 * Receive machine: DISABLED (no carrier); EXPIRED (nothing heard for the timeout: asks fast for 3 s);
 * DEFAULTED (still nothing: no partner); CURRENT. Multiplexer, with collecting and distributing apart:
 * DETACHED; WAITING (the port was selected, 2 s until it is attached, so that others can join); ATTACHED (in
 * sync); COLLECTING (the partner is in sync too: frames are taken); DISTRIBUTING (the partner collects:
 * frames are sent). Losing the partner's sync, or its identity, leads back. timing 3.7.
 *
 * Left out: standby ports, the churn machines (they only warn), moved ports, version 2.
 */
#ifndef TOESIM_MAC_LACP_PORT_H
#define TOESIM_MAC_LACP_PORT_H

#include "models/base/units.h"
#include "models/wire/lacp.h"

enum lacp_period {
    LACP_OFF,
    LACP_SLOW, /* asks the partner for a LACPDU each 30 s, which lasts 90 s */
    LACP_FAST  /* each second, which lasts 3 s */
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
    struct lacp_port actor, partner; /* operational values, state bits included */
    enum lacp_rx rx;
    enum lacp_mux mux;
    bool is_enabled; /* there is carrier */
    bool is_selected;
    bool need_to_send;
    uint64_t current_while_ps; /* TIME_NEVER: not running; so are the others */
    uint64_t wait_while_ps, periodic_ps;
    uint64_t sent_ps[LACP_SENT_PER_FAST_MAX]; /* the last LACPDUs, oldest first */
    uint32_t sent;                            /* entries of sent_ps in use */
};

/* A port with carrier that has heard nothing yet. identity: system, key, priorities and port number;
 * its state does not matter. period is not LACP_OFF. */
void lacp_port_begin(struct lacp_port_machine *port, const struct lacp_port *identity,
                     enum lacp_period period, uint64_t now_ps);

/* The same when the two ends have agreed long ago: each distributes. */
void lacp_port_begin_agreed(struct lacp_port_machine *a, struct lacp_port_machine *b,
                            uint64_t now_ps);

void lacp_port_set_carrier(struct lacp_port_machine *port, bool up, uint64_t now_ps);
void lacp_port_hear(struct lacp_port_machine *port, const struct lacp_pdu *pdu, uint64_t now_ps);

/* Lets timers that are due run out. */
void lacp_port_run(struct lacp_port_machine *port, uint64_t now_ps);
/* True: pdu is to be sent now. At most three in a second. */
bool lacp_port_take_pdu(struct lacp_port_machine *port, struct lacp_pdu *pdu, uint64_t now_ps);
/* When the next timer runs out or the next LACPDU may be sent. */
uint64_t lacp_port_next_ps(const struct lacp_port_machine *port);

static inline bool lacp_port_is_distributing(const struct lacp_port_machine *port)
{
    return port->mux == LACP_MUX_DISTRIBUTING;
}

#endif
