/* The application of a replay: plays the captured servers, one script per conversation. */
#ifndef TOESIM_HOST_APP_REPLAY_SERVER_H
#define TOESIM_HOST_APP_REPLAY_SERVER_H

#include "host-sw/host_sw.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum replay_step_kind { REPLAY_SEND, REPLAY_FIN, REPLAY_RST };

/* Done once rx_bytes of the client's stream were received (and, with peer_fin, its FIN). */
struct replay_step {
    enum replay_step_kind kind;
    uint64_t rx_bytes;
    bool peer_fin;
    uint64_t offset, len;    /* SEND: of the server's stream */
    uint64_t tx_acked_bytes; /* RST: and only once so many of its own bytes were acknowledged */
};

/* One conversation. */
struct replay_script {
    uint8_t offered; /* enum ctx_feature, of the captured SYN-ACK */
    uint8_t rcv_ws;
    uint16_t mss;
    uint64_t stream_bytes;
    size_t step_count;
};

struct replay_server_hooks {
    /* Script of a connection's tuple; SIZE_MAX: nobody listens there. */
    size_t (*find)(void *self, const struct flow_key *key);
    /* Bytes [offset, offset + len) of the client's stream, in order. */
    void (*on_bytes)(void *self, size_t script, uint64_t offset, const uint8_t *bytes,
                     uint32_t len);
    /* Tells a step of the script by its number. */
    void (*step)(void *self, size_t script, size_t index, struct replay_step *out);
    /* Fills in bytes [offset, offset + len) of the server's stream. */
    void (*fill)(void *self, size_t script, uint64_t offset, uint8_t *bytes, uint32_t len);
    /* The connection is gone; cause as enum nic_term_cause, NONE: orderly. */
    void (*on_end)(void *self, size_t script, enum nic_term_cause cause);
    void *self;
};

struct replay_server; /* opaque */

/* scripts are borrowed. Null: no memory. */
struct replay_server *replay_server_create(const struct replay_script *scripts, size_t count,
                                           struct replay_server_hooks hooks);
void replay_server_destroy(struct replay_server *server);

/* The server needs its machine before the first SYN. */
void replay_server_attach(struct replay_server *server, struct host_sw *sw);

/* For host_sw_create(), with the server as app_self. */
const struct app_ops *replay_server_ops(void);

/* Steps of a script not done yet, for reports. */
size_t replay_server_steps_left(const struct replay_server *server, size_t script);

#ifdef __cplusplus
}
#endif

#endif
