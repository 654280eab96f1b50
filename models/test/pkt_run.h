/* Runs a packet script against two TOE engines; the port policy says which of them each segment
 * reaches, and the connection is moved there first, the segment held meanwhile. */
#ifndef TOESIM_TEST_PKT_RUN_H
#define TOESIM_TEST_PKT_RUN_H

#include "models/test/pkt_script.h"

enum pkt_policy { PKT_NIC0, PKT_ALTERNATE, PKT_RANDOM, PKT_FLIP, PKT_POLICY_COUNT };

enum { PKT_TRANSCRIPT_MAX = 512 };

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

void pkt_run(const struct pkt_script *script, enum pkt_policy policy, struct pkt_result *result);

/* True when both sent the same, but for one more pure ACK per move of `moved`; else where they
 * part is written to why. */
bool pkt_same(const struct pkt_result *plain, const struct pkt_result *moved,
              char why[PKT_ERROR_MAX]);

#endif
