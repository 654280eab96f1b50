/* Rebuilds the context of a connection whose NIC is dead from what the host knows of it. */
#ifndef TOESIM_TCP_TCP_REBUILD_H
#define TOESIM_TCP_TCP_REBUILD_H

#include "models/tcp/tcp_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the records of the dead place, the application and the driver's doorbells tell of a connection. The dead place
 * may have sent everything that it was told of, but nothing that says more of the peer than its last record does. */
struct tcp_known {
    uint8_t tcp_state;         /* SYN_RCVD to LAST_ACK, as last reported */
    uint8_t features;          /* enum ctx_feature, as negotiated */
    uint8_t snd_ws, rcv_ws;    /* RFC 7323 2.3 */
    uint16_t mss;              /* send MSS, as in the context */
    bool peer_fin;             /* rcv_nxt covers the peer's FIN */
    bool fin_told;             /* the place was told that the application has closed, at tx_told */
    uint32_t snd_una, snd_wnd; /* as last reported */
    uint32_t tx_told;          /* the place was told of the application's bytes up to here */
    uint32_t rcv_nxt, ts_recent; /* as last reported */
    uint32_t rx_told;            /* the place was told that the application has read up to here */
};

/* Returns false if the values cannot be those of a connection that goes on, so that a NIC must have reported nonsense. */
bool tcp_can_rebuild(const struct tcp_known *known);

/* Fills in the live context of what can be rebuilt. Before the call its constant line (lines of conn_ctx.def), conn_id and generation are
 * valid, and all other members may have any value. Everything in doubt is sent again: sending starts at snd_una with
 * one initial window, and RTT and RTO start anew. Segments that were received out of order count as not received, which
 * RFC 2018 8 allows. */
void tcp_rebuild(struct conn_ctx *ctx, const struct tcp_known *known,
                 const struct tcp_params *params, struct tcp_now now);

#ifdef __cplusplus
}
#endif

#endif
