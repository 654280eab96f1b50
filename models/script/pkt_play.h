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

enum { PKT_TRANSCRIPT_MAX = 512, PKT_FLIP_FRAMES = 3, PKT_TIME_PERCENT = 5 };

#define PKT_TIME_SLACK_PS (UINT64_C(200) * 1000000) /* 200 us, for a move and its doorbells */

/* One segment that the server sent. */
struct pkt_sent {
    char text[PKT_TEXT_MAX]; /* pkt_segment_text() */
    bool is_pure_ack;
    uint32_t win, tsecr; /* as on the wire; tsecr 0: no stamps */
    uint64_t after_ps;   /* since the last thing that was done to the server */
    unsigned moves;      /* of the connection until then */
};

struct pkt_result {
    bool ok;
    char error[PKT_ERROR_MAX]; /* file:line: what differs */
    unsigned moves;
    struct pkt_sent sent[PKT_TRANSCRIPT_MAX]; /* all of them, in order */
    unsigned sent_count;
    uint32_t window_slack; /* a quarter of the ring, in units of the window field */
};

/* Plays the script. `policy` appears in error messages only, because the server applies it. */
void pkt_play(const struct pkt_script *script, enum pkt_policy policy,
              const struct pkt_server *server, struct pkt_result *result);

#ifdef __cplusplus
}
#endif

#endif
