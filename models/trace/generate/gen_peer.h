/*
 * Generators are remote clients on models/tcp that open connections to the team, transfer bulk data and compare every byte
 * with a pattern. They serve throughput, idle-connection and fault scenarios.
 */
#ifndef TOESIM_TRACE_GEN_PEER_H
#define TOESIM_TRACE_GEN_PEER_H

#include "models/base/drop_reason.h"
#include "models/base/frame_sink.h"
#include "models/base/probe.h"
#include "models/base/stage.h"
#include "models/hwif/flow_key.h"
#include "models/tcp/tcp.h"
#include "models/trace/generate/gen_requests.h"
#include "models/trace/replay/outcome.h"
#include "models/trace/replay/server_watch.h"

#ifdef __cplusplus
extern "C" {
#endif

enum gen_direction { GEN_DOWNLOAD, GEN_UPLOAD, GEN_BOTH, GEN_IDLE, GEN_REQUESTS };

struct gen_params {
    enum gen_direction direction;
    uint32_t connections;
    uint64_t bytes_total;      /* over all connections, each direction that carries data */
    uint64_t open_interval_ps; /* between two SYNs */
    uint64_t start_ps;
    uint64_t hold_ps;                   /* GEN_IDLE: how long connections stay open */
    struct gen_request_params requests; /* GEN_REQUESTS */
    uint8_t ip_version;                 /* 4 or 6 */
    uint16_t vlan;                      /* VLAN_TAGGED | VID, or VLAN_NONE */
    uint16_t port;                      /* server port: 9 discard, 19 chargen, ... */
    uint8_t team_mac[6];
    uint8_t team_ip[16];
    uint32_t ring_bytes; /* receive window of each client; power of two */
    uint64_t seed;
    uint64_t stall_ps;          /* as in struct replay_params */
    struct server_watch server; /* may be empty */
    struct tcp_params tcp;
};

void gen_params_default(struct gen_params *params);

struct gen_stats {
    uint64_t frames_sent, frames_received, opened;
    struct outcome_counts outcomes; /* zero until gen_peer_finish() */
    uint64_t bytes_sent, bytes_received, retransmissions;
    uint64_t frames_placed; /* acts of gen_peer_place() */
    uint64_t server_bytes;  /* compared by gen_peer_on_server_bytes() */
    struct drop_counters drops;
};

enum { GEN_IDLE_BYTES = 64 }; /* exchanged both ways on an idle connection before it rests */

struct gen_peer; /* opaque */

struct gen_peer *gen_peer_create(const struct gen_params *params, struct frame_pool *pool,
                                 struct frame_sink uplink, const struct waker *waker,
                                 const struct probe *probe);
void gen_peer_destroy(struct gen_peer *peer);
struct stage gen_peer_stage(struct gen_peer *peer, const char *name);
struct frame_sink gen_peer_rx_sink(struct gen_peer *peer);

/* Returns the index of the connection with this tuple, as the server sees it, or UINT32_MAX. The clients' ports start at
 * 32768 and their addresses at 10.1.0.1 / fd00:1::1. */
uint32_t gen_peer_find(const struct gen_peer *peer, const struct flow_key *key);
/* Return how many bytes the server's application has to send on this connection, and whether the server closes first. */
uint64_t gen_peer_server_bytes(const struct gen_peer *peer, uint32_t index);
bool gen_peer_server_closes(const struct gen_peer *peer);
/* Compares bytes that the server's application took with the pattern. */
void gen_peer_on_server_bytes(struct gen_peer *peer, uint32_t index, uint64_t offset,
                              const uint8_t *bytes, uint32_t len);
/* The server's side of this connection has ended. A client that has aborted waits for that. */
void gen_peer_on_server_end(struct gen_peer *peer, uint32_t index);
bool gen_peer_is_done(const struct gen_peer *peer);
uint32_t gen_peer_progress_permille(const struct gen_peer *peer);
/* Decides and counts the outcome of every connection. It is called once, at the end of the run. */
void gen_peer_finish(struct gen_peer *peer);
/* Returns the outcome of a connection, which is OUTCOME_OPEN before gen_peer_finish(). */
enum outcome gen_peer_outcome(const struct gen_peer *peer, uint32_t index);
const struct gen_stats *gen_peer_stats(const struct gen_peer *peer);

#ifdef __cplusplus
}
#endif

#endif
