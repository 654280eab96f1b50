/* The functions of lwip_conn.c that lwip_stack.c calls. */
#ifndef TOESIM_TRACE_LWIP_CONN_PVT_H
#define TOESIM_TRACE_LWIP_CONN_PVT_H

#include "models/trace/endpoint/lwip_conn.h"

bool lwip_pcb_is_outstanding(const struct tcp_pcb *pcb);
/* Detaches the connection from its owner if only TIME_WAIT is left. */
void lwip_conn_settle(struct lwip_conn *conn);
/* Frees all pcbs without calling any callback. */
void lwip_conn_drop_all(void);

#endif
