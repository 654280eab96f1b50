/* What pkt_run.c (events of a script) and pkt_host.c (the server's host and what it sends) share. */
#ifndef TOESIM_TEST_PKT_RUN_PVT_H
#define TOESIM_TEST_PKT_RUN_PVT_H

#include "models/base/units.h"
#include "models/test/pkt_run.h"
#include "models/test/toe_rig.h"

enum {
    CONN = 2,
    CLIENT_ISN = 1000,
    SERVER_ISN = 5000,
    CLIENT_PORT = 40000,
    WIN_DEFAULT = 60000,
    FLIP_FRAMES = 3,
    QUEUE = 64,
    ACK_SLACK_US = 60,
};

#define WAIT_PS (100 * PS_PER_US) /* a verdict or a completion is there by then */
#define SETTLE_PS (6 * PS_PER_US) /* and what it caused */

struct run {
    const struct pkt_script *script;
    struct pkt_result *result;
    enum pkt_policy policy;
    const struct pkt_line *line;
    struct rig rig;
    struct rig_peer peer;
    struct rng rng;
    unsigned owner, frames;
    bool open, gone;
    uint64_t event_ps; /* of the line before */
    /* what the NICs told */
    unsigned verdicts, cmd_done;
    struct nic_record record;
    struct nic_event done, end;
    uint32_t taken[RIG_NICS]; /* frames of the engines looked at */
    /* what was sent and not yet asked for */
    struct pkt_segment queue[QUEUE];
    uint64_t queue_ps[QUEUE];
    unsigned queued;
    bool fresh; /* a segment came in since the last one went out */
    uint32_t tx_prod, rx_read, rx_nxt, tsval;
};

static inline uint8_t client_byte(uint32_t offset)
{
    return (uint8_t)(offset * 13 + (offset >> 8) * 5);
}

static inline uint8_t server_byte(uint32_t offset)
{
    return (uint8_t)(offset * 31 + (offset >> 8) * 7);
}

/* The server sent this. */
void pkt_book_sent(struct run *run, const struct pkt_segment *seg);
/* Takes records, events and frames of both NICs. */
void pkt_collect(struct run *run);
/* Until limit_ps or until *counter is no longer `before`. */
bool pkt_advance(struct run *run, uint64_t limit_ps, const unsigned *counter, unsigned before);
void pkt_pass(struct run *run, uint64_t ps);
void pkt_app_read(struct run *run, uint32_t upto);
uint32_t pkt_ring_bytes(const struct run *run);
bool pkt_install(struct run *run, unsigned nic, const struct nic_held *held);
bool pkt_open_connection(struct run *run, unsigned nic, const struct nic_held *held);
/* FREEZE at the owner. False: the connection ended meanwhile, or it went wrong. */
bool pkt_freeze(struct run *run);
/* Notes file:line and what is wrong, once; always false. */
bool pkt_fail(struct run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
