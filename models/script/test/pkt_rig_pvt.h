/* What pkt_rig.c (frames, application) and pkt_rig_conn.c (the connection's place) share. */
#ifndef TOESIM_TEST_PKT_RIG_PVT_H
#define TOESIM_TEST_PKT_RIG_PVT_H

#include "models/base/units.h"
#include "models/script/test/pkt_rig.h"
#include "models/toe/test/toe_rig.h"

enum { CONN = 2, SERVER_ISN = 5000, CLIENT_PORT = 40000, ANSWERS = 8 };

#define WAIT_PS (100 * PS_PER_US) /* a verdict or a completion is there by then */
#define SETTLE_PS (6 * PS_PER_US) /* and what it caused */

struct answer {
    uint32_t len;
    uint64_t at_ps;
    uint8_t frame[128];
};

struct pkt_rig {
    const struct pkt_script *script;
    enum pkt_policy policy;
    struct rig rig;
    struct rig_peer peer;
    struct rng rng;
    unsigned owner, frames, moves;
    bool open, gone;
    /* What the NICs told. */
    unsigned verdicts, cmd_done;
    struct nic_record record;
    struct nic_event done, end;
    const char *notice;
    struct nic_options options;     /* of the application */
    uint32_t taken[RIG_NICS];       /* frames of the engines looked at */
    struct answer answers[ANSWERS]; /* resets of the host, which this is too */
    unsigned answer_count;
    uint32_t tx_prod, rx_read, rx_nxt, rx_first;
    char error[PKT_ERROR_MAX / 2];
};

/* Notes why; always false. */
bool pkt_rig_fail(struct pkt_rig *run, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
uint32_t pkt_rig_ring_bytes(const struct pkt_rig *run);
/* Takes records and events of both NICs. */
void pkt_rig_collect(struct pkt_rig *run);
/* Until *counter is no longer `before`; false: it did not change in time. */
bool pkt_rig_await(struct pkt_rig *run, const unsigned *counter, unsigned before);
void pkt_rig_settle(struct pkt_rig *run);
bool pkt_rig_command_done(struct pkt_rig *run, unsigned before);
bool pkt_rig_install(struct pkt_rig *run, unsigned nic, const struct nic_held *held);
bool pkt_rig_open(struct pkt_rig *run, unsigned nic, const struct nic_held *held);
/* FREEZE at the owner. False: the connection ended meanwhile, or it went wrong. */
bool pkt_rig_freeze(struct pkt_rig *run);

#endif
