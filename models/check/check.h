/*
 * The online invariants (docs/moves.md): a probe listener that judges every event of a run. It is always
 * on. The first violation is kept with its connection's last events, and the run ends there.
 */
#ifndef TOESIM_CHECK_CHECK_H
#define TOESIM_CHECK_CHECK_H

#include "models/base/probe.h"
#include "models/check/check_report.h"
#include "models/check/host/check_fate.h"
#include "models/hwif/nic_bus.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct check_params {
    uint32_t conn_max;
    bool ack_flushed;  /* ack_policy: flushed or recorded */
    bool ack_recorded; /* ack_policy: recorded */
    /* The configuration of the run. If a value is zero or false, the rule that needs it is not checked. */
    bool has_app_calls; /* APP_CLOSED reports the calls of the application */
    bool has_mac;       /* mac, ipv4 and ipv6 are valid and are the team's */
    uint8_t mac[6];
    uint8_t ipv4[16], ipv6[16]; /* as in a packet */
    uint32_t mtu_bytes;
    uint32_t ring_bytes; /* size of a connection's transmit ring */
    uint32_t moves_max;  /* maximum number of moves under way */
    uint32_t hold_frames;
    uint64_t hold_bytes;
    uint64_t inject_wait_ps[NIC_COUNT]; /* nics.engine.inject_wait of each NIC */
    uint64_t move_deadline_ps;
    /* What the times of two NICs, or of a NIC and the host, may differ; 0 unless the NICs have clocks of their own. */
    uint64_t clock_error_ps;
    uint64_t slack_ps; /* added to every time limit, for the configured latencies */
    uint64_t idle_ps, scan_ps;
    uint32_t rto_min_us, rto_max_us;
    uint64_t time_wait_ps; /* 2 MSL */
    /* Reads from host memory which NIC is stored as the receiver of the latest frame of `conn`. */
    uint8_t (*stored_rx_if)(void *self, uint32_t conn);
    void *self;
};

struct check; /* opaque */

/* Creates a checker. Returns null if memory is short. */
struct check *check_create(const struct check_params *params);
void check_destroy(struct check *check);
struct probe_listener check_listener(struct check *check);

/* Checks the end of a run. A frame without a verdict counts as in flight if some place holds it; otherwise
 * it violates I-RXONCE. */
void check_finish(struct check *check, const struct check_places *places, uint64_t now_ps);
/* Returns how many frames were in flight at check_finish(). */
size_t check_frames_in_flight(const struct check *check);

/* Returns how many frames a NIC received that have no verdict yet. */
size_t check_open_frames(const struct check *check);

#ifdef __cplusplus
}
#endif

#endif
