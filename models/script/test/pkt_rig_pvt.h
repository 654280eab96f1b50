/* Declarations that pkt_rig.c (frames, application) and pkt_rig_conn.c (place of the connection)
 * share. */
#ifndef TOESIM_TEST_PKT_RIG_PVT_H
#define TOESIM_TEST_PKT_RIG_PVT_H

#include "models/base/units.h"
#include "models/script/test/pkt_rig.h"
#include "models/toe/test/toe_rig.h"

enum { CONN = 2, SERVER_ISN = 5000, CLIENT_PORT = 40000, ANSWERS = 8 };

#define WAIT_PS (100 * PS_PER_US) /* long enough for a verdict or a completion */
#define SETTLE_PS (6 * PS_PER_US) /* long enough for the effects of these */

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
    /* The reports of the NICs. */
    unsigned verdicts, cmd_done;
    struct nic_record record;
    struct nic_event done, end;
    const char *notice;
    struct nic_options options;     /* those of the application */
    uint32_t taken[RIG_NICS];       /* number of the engines' frames that were examined */
    struct answer answers[ANSWERS]; /* resets of the host, which the rig plays too */
    unsigned answer_count;
    uint32_t tx_prod, rx_read, rx_nxt, rx_first;
    char error[PKT_ERROR_MAX / 2];
};

/* Records the reason of a failure. Always returns false. */
bool pkt_rig_fail(struct pkt_rig *run, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
uint32_t pkt_rig_ring_bytes(const struct pkt_rig *run);
/* Takes records and events of both NICs. */
void pkt_rig_collect(struct pkt_rig *run);
/* Runs until *counter is no longer `before`. Returns false if it did not change in time. */
bool pkt_rig_await(struct pkt_rig *run, const unsigned *counter, unsigned before);
void pkt_rig_settle(struct pkt_rig *run);
bool pkt_rig_command_done(struct pkt_rig *run, unsigned before);
bool pkt_rig_install(struct pkt_rig *run, unsigned nic, const struct nic_held *held);
bool pkt_rig_open(struct pkt_rig *run, unsigned nic, const struct nic_held *held);
/* Issues FREEZE to the owner. Returns false if the connection has ended meanwhile, or if the
 * command failed. */
bool pkt_rig_freeze(struct pkt_rig *run);

#endif
