/*
 * The server a packet script is played against, as the player sees it: two TOE engines on fakes
 * (models/script/test/pkt_rig.h), or the whole simulated system (sim/script_server.h). Each call that can
 * fail gives false; error() then says why.
 */
#ifndef TOESIM_SCRIPT_PKT_SERVER_H
#define TOESIM_SCRIPT_PKT_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The state of the connection that the server shows. All texts are static. */
struct pkt_view {
    const char *state;   /* name of RFC 9293 3.3.2; CLOSED: there is none */
    const char *verdict; /* on the peer's last segment: "applied" or the key of a drop reason */
    uint32_t received;   /* bytes that came in order so far */
    uint32_t readable;   /* those of them the application has not read */
    bool urgent;         /* the last segment announced urgent data */
    bool ended;          /* an end was reported */
    bool premature;      /* and it was no orderly one */
    const char *end;     /* last state of an orderly end, else the cause */
    const char *notice;  /* last trouble told to the application that ended nothing; "" */
};

struct pkt_server_ops {
    uint64_t (*now_ps)(const void *self);
    /* Runs the next instant at which anything happens; false: limit_ps was reached instead. */
    bool (*step)(void *self, uint64_t limit_ps);
    /* The peer's frame arrives on the port the policy chooses. Returns when the server has decided
     * on it and all it caused at once, a move included, is done. */
    bool (*inject)(void *self, const uint8_t *frame, uint32_t len);
    /* The oldest frame the server sent and when; 0: none. frame holds FRAME_BYTES_MAX. */
    uint32_t (*take)(void *self, uint8_t *frame, uint64_t *at_ps);
    /* The application: each has taken effect on return. */
    bool (*connect)(void *self);
    /* last: no more follows at once; until then nothing need be sent. */
    bool (*write)(void *self, const uint8_t *bytes, uint32_t len, bool last);
    bool (*read)(void *self, uint8_t *bytes, uint32_t len); /* len bytes are readable */
    bool (*close)(void *self);
    bool (*option)(void *self, const char *name, uint32_t value); /* a name of pkt_option_of() */
    bool (*abort)(void *self);
    void (*look)(void *self, struct pkt_view *view);
    unsigned (*moves)(const void *self);
    const char *(*error)(const void *self);
};

/* The addresses of both sides. The server is the host of the two NICs. */
struct pkt_ends {
    uint8_t ip_version;
    uint16_t vlan; /* VLAN_TAGGED | VID, or VLAN_NONE */
    uint8_t server_mac[6], peer_mac[6];
    uint8_t server_addr[16], peer_addr[16];
    uint16_t server_port, peer_port;
};

struct pkt_server {
    void *self;
    const struct pkt_server_ops *ops;
    struct pkt_ends ends;
};

#ifdef __cplusplus
}
#endif

#endif
