/* One client of a generator: a connection context and the arithmetic that replaces its rings. */
#ifndef TOESIM_TRACE_GEN_PEER_CONN_H
#define TOESIM_TRACE_GEN_PEER_CONN_H

#include "models/trace/generate/gen_peer.h"

enum gen_conn_state { GEN_CONN_WAITING, GEN_CONN_LIVE, GEN_CONN_ENDED };

/*
 * One connection. Sent payload comes from the pattern, and received payload is compared with it in place, in order or
 * not, so neither ring needs memory. Positions have 64 bits; tx_una and rx_nxt are the sequence numbers at the positions
 * tx_acked and rx_bytes.
 */
struct gen_conn {
    struct conn_ctx ctx;
    enum gen_conn_state state;
    bool damaged;
    bool closed; /* in order, from both sides */
    bool stalled;
    bool peer_fin;
    bool closes; /* the client closes as soon as it can (gen_peer_place.h) */
    bool server_ended;
    bool aborted; /* by the client: what is missing is no damage */
    enum outcome outcome;
    uint32_t index;
    uint64_t tx_bytes; /* to send in all */
    uint64_t rx_expected;
    uint64_t tx_acked, rx_bytes;
    uint32_t tx_una, rx_nxt;
    uint64_t server_bytes;
    struct gen_requests *requests; /* null unless the direction is GEN_REQUESTS */
    uint64_t established_ps;
    uint64_t progress_ps; /* when something last moved */
    uint64_t looked_ps;   /* when it was last asked whether the server still tries */
};

/* Stops the context and makes it a client of `params`, ready for tcp_output() to give the SYN. */
void gen_conn_open(struct gen_conn *conn, const struct gen_params *params, uint32_t iss,
                   uint32_t ts_offset, struct tcp_now now);

/* Handles the result of tcp_input(): it compares the payload and runs the application. */
void gen_conn_on_result(struct gen_conn *conn, const struct gen_params *params,
                        const struct tcp_segment *seg, const struct tcp_result *result,
                        uint64_t now_ps);

/* Runs the application, which gives more of the pattern to TCP and closes when it is time. */
void gen_conn_run_app(struct gen_conn *conn, const struct gen_params *params, uint64_t now_ps);

/* Fills the payload of a segment that TCP is about to send. */
void gen_conn_fill(const struct gen_conn *conn, const struct tcp_tx *tx, uint8_t *bytes);

/* Returns when the application acts by itself, which is the end of the hold time. Otherwise returns TIME_NEVER. */
uint64_t gen_conn_app_ps(const struct gen_conn *conn, const struct gen_params *params);

/* Returns true if the bytes that the server's application took are the next ones and match the pattern. */
bool gen_conn_check_server(struct gen_conn *conn, uint64_t offset, const uint8_t *bytes,
                           uint32_t len);

/* Returns true if all bytes were transferred and compared. If the client has aborted, no byte may be wrong. */
bool gen_conn_is_complete(const struct gen_conn *conn);

#endif
