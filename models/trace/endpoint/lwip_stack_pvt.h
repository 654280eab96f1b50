/* The functions of lwip_stack.c that lwip_conn.c calls. */
#ifndef TOESIM_TRACE_LWIP_PVT_H
#define TOESIM_TRACE_LWIP_PVT_H

#include "models/trace/endpoint/lwip_stack.h"

/* Runs the due ticks and sets the clock of the library. Every call into the library must begin with it. */
void lwip_stack_enter(struct lwip_stack *stack, uint64_t now_ps);
/* Keeps the ticks running while `conn` needs them. Every call into the library must end with it. */
void lwip_stack_leave(struct lwip_stack *stack, const struct lwip_conn *conn);
/* Gives the interface this address, which has the format of flow keys. */
void lwip_stack_be(struct lwip_stack *stack, const uint8_t addr[16], unsigned ip_version);
const struct lwip_hooks *lwip_stack_hooks(const struct lwip_stack *stack);

#endif
