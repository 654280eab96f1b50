/* What lwip_stack.c and lwip_conn.c share. */
#ifndef TOESIM_TRACE_LWIP_PVT_H
#define TOESIM_TRACE_LWIP_PVT_H

#include "models/trace/endpoint/lwip_stack.h"

/* Every call into the library begins with this: runs due ticks, sets its clock. */
void lwip_stack_enter(struct lwip_stack *stack, uint64_t now_ps);
/* And ends with this: lets the ticks run while `conn` needs them. */
void lwip_stack_leave(struct lwip_stack *stack, const struct lwip_conn *conn);
/* The interface takes this address, as in flow keys. */
void lwip_stack_be(struct lwip_stack *stack, const uint8_t addr[16], unsigned ip_version);
const struct lwip_hooks *lwip_stack_hooks(const struct lwip_stack *stack);

bool lwip_pcb_is_outstanding(const struct tcp_pcb *pcb);
/* A connection whose protocol is over, but for TIME_WAIT, is its owner's no longer. */
void lwip_conn_settle(struct lwip_conn *conn);
/* Drops all pcbs without callbacks. */
void lwip_conn_drop_all(void);

#endif
