/* Plays a packet script against a server: injects the peer's segments, compares what the server
 * sends, asks what the script asks. The server moves the connection as its port policy makes it. */
#ifndef TOESIM_SCRIPT_PKT_PLAY_H
#define TOESIM_SCRIPT_PKT_PLAY_H

#include "models/script/pkt_script.h"
#include "models/script/pkt_server.h"

#ifdef __cplusplus
extern "C" {
#endif

enum pkt_policy { PKT_NIC0, PKT_ALTERNATE, PKT_RANDOM, PKT_FLIP, PKT_POLICY_COUNT };

enum { PKT_TRANSCRIPT_MAX = 512, PKT_FLIP_FRAMES = 3 };

struct pkt_result {
    bool ok;
    char error[PKT_ERROR_MAX]; /* file:line: what differs */
    unsigned moves;
    /* What the server sent, one text per segment, pure ACKs that repeat each other once. */
    char sent[PKT_TRANSCRIPT_MAX][PKT_TEXT_MAX];
    bool is_pure_ack[PKT_TRANSCRIPT_MAX];
    unsigned sent_count;
};

const char *pkt_policy_name(enum pkt_policy policy);

/* policy names itself in errors only: the server applies it. */
void pkt_play(const struct pkt_script *script, enum pkt_policy policy,
              const struct pkt_server *server, struct pkt_result *result);

/* True when both sent the same, but for one more pure ACK per move of `moved`; else where they
 * part is written to why. */
bool pkt_same(const struct pkt_result *plain, const struct pkt_result *moved,
              char why[PKT_ERROR_MAX]);

#ifdef __cplusplus
}
#endif

#endif
