/* The application of a replay, which plays the captured servers with one script per conversation. */
#ifndef TOESIM_HOST_APP_REPLAY_SERVER_H
#define TOESIM_HOST_APP_REPLAY_SERVER_H

#include "host-sw/types/application.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum replay_step_kind { REPLAY_SEND, REPLAY_FIN, REPLAY_RST };

/* A step is due when rx_bytes of the client's stream were received and, with peer_fin, the client's FIN. */
struct replay_step {
    enum replay_step_kind kind;
    uint64_t rx_bytes;
    bool peer_fin;
    uint64_t offset, len; /* the part of the server's stream that SEND sends */
    uint64_t
        tx_acked_bytes; /* RST also waits until so many bytes of the server were acknowledged */
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
    /* Returns the script for a tuple, or SIZE_MAX if no server listens there. */
    size_t (*find)(void *self, const struct flow_key *key);
    /* Receives the bytes [offset, offset + len) of the client's stream, in order. */
    void (*on_bytes)(void *self, size_t script, uint64_t offset, const uint8_t *bytes,
                     uint32_t len);
    /* Describes a script. */
    void (*describe)(void *self, size_t script, struct replay_script *out);
    /* Fills in the step of the script with this index. */
    void (*step)(void *self, size_t script, size_t index, struct replay_step *out);
    /* Fills in bytes [offset, offset + len) of the server's stream. */
    void (*fill)(void *self, size_t script, uint64_t offset, uint8_t *bytes, uint32_t len);
    /* Called when the connection has ended. cause is NIC_TERM_NONE for an orderly end. */
    void (*on_end)(void *self, size_t script, enum nic_term_cause cause);
    void *self;
};

struct replay_server; /* opaque */

/* Creates the server of the scripts 0 to count - 1. It takes memory only for those whose connections are open. Returns null
 * if no memory is left. */
struct replay_server *replay_server_create(size_t count, struct replay_server_hooks hooks);
void replay_server_destroy(struct replay_server *server);

/* The server needs its machine before the first SYN. */
void replay_server_attach(struct replay_server *server, struct host_sw *sw);

/* For host_sw_create(), with the server as app_self. */
const struct app_ops *replay_server_ops(void);

/* Returns the number of steps that are not done yet of a script whose connection is open, for reports. */
size_t replay_server_steps_left(const struct replay_server *server, size_t script);

#ifdef __cplusplus
}
#endif

#endif
