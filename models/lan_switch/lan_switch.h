/*
 * The LAN switch. It has one uplink (to all remote peers) and two ports that form one group. Frames to the
 * group leave by the port that the hash, or a test policy, chooses; frames from the group go to the uplink.
 * The MACs of its ports (mac_params) decide about store-and-forward or cut-through, queues, pause, and
 * frames that are too short or too long. Frames to an address that no bridge forwards (01-80-C2-00-00-00 to
 * 0F, 802.1Q table 8-1) are dropped here (drops.mac_control).
 */
#ifndef TOESIM_LAN_SWITCH_LAN_SWITCH_H
#define TOESIM_LAN_SWITCH_LAN_SWITCH_H

#include "models/base/drop_reason.h"
#include "models/base/frame_sink.h"
#include "models/base/stage.h"
#include "models/base/status.h"
#include "models/wire/flow_hash.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The per-connection policies start with the member that the hash selects; frames that are not TCP always
 * use it. A member out of use is replaced by the other one, with every policy. */
enum port_policy {
    PORT_POLICY_HASH, /* the bonding formulas */
    PORT_POLICY_NIC0, /* all frames on member 0 */
    /* Per connection: each frame on the other member than the one before. */
    PORT_POLICY_ALTERNATE,
    PORT_POLICY_RANDOM, /* per frame, chosen at random from the seed */
    PORT_POLICY_FLIP,   /* per connection: the other member after every flip_frames frames */
    /* Each frame on the other member than the one before, of any connection. */
    PORT_POLICY_ROUND_ROBIN,
    PORT_POLICY_TABLE, /* per connection: a map given by the user */
    /* replay: frames say where they arrive (FRAME_TO_NIC0); others use the hash. */
    PORT_POLICY_CAPTURED,
};

enum { LAN_SWITCH_TABLE_MAX = 256, LAN_SWITCH_ASSIGNMENTS_MAX = 256 };

struct lan_switch_params {
    enum flow_hash_policy hash;
    enum port_policy policy;
    uint32_t flip_frames; /* PORT_POLICY_FLIP; at least 1 */
    /* PORT_POLICY_TABLE: one digit, 0 or 1, per connection in the order in which the switch saw them. It
     * starts again from the beginning when it is used up. */
    char table[LAN_SWITCH_TABLE_MAX + 1];
    uint64_t forward_ps; /* decision latency after the last bit */
    uint64_t detect_ps;  /* time from link down until the group stops using the member */
    bool active_backup;  /* only member `active` carries frames */
    unsigned active;
    uint64_t seed;
    /* Parameters of the ports, for the code that creates them: */
    /* True if the outgoing port is no faster; otherwise store and forward. */
    bool cut_through;
    uint32_t queue_frames; /* transmit queue of each port; a full queue drops a new frame */
    /* Frames in an outgoing queue above which pause is sent; 0 sends none. */
    uint32_t pause_threshold;
};

void lan_switch_params_default(struct lan_switch_params *params);
enum status lan_switch_params_check(const struct lan_switch_params *params, struct error *err);

struct lan_switch_stats {
    uint64_t to_member[2]; /* frames sent toward the group's members */
    uint64_t to_uplink;
    uint64_t rehashes; /* swaps and changes of the hash policy */
    uint64_t flows;    /* connections seen by the per-connection policies */
    struct drop_counters drops;
};

struct lan_switch; /* opaque */

/* Creates a switch. `member[2]` and `uplink` are the transmit sinks of the switch-side MACs. `pool` is
 * kept; `waker` is copied and may be null. Returns null if memory is short. */
struct lan_switch *lan_switch_create(const struct lan_switch_params *params,
                                     const struct frame_sink member[2], struct frame_sink uplink,
                                     struct frame_pool *pool, const struct waker *waker);
void lan_switch_destroy(struct lan_switch *sw);
struct stage lan_switch_stage(struct lan_switch *sw, const char *name);

/* Return the receivers for the switch-side MACs. */
struct frame_sink lan_switch_uplink_sink(struct lan_switch *sw);
struct frame_sink lan_switch_member_sink(struct lan_switch *sw, unsigned member);

/* Change the hash: the members swap places, or the hash policy changes. */
void lan_switch_swap(struct lan_switch *sw, uint64_t now_ps);
void lan_switch_set_hash(struct lan_switch *sw, enum flow_hash_policy hash, uint64_t now_ps);

/* Changes the port policy. `flip_frames` has the meaning of the parameter and is at least 1. */
void lan_switch_set_policy(struct lan_switch *sw, enum port_policy policy, uint32_t flip_frames,
                           uint64_t now_ps);

/* PORT_POLICY_TABLE: from now on the connection (numbered from 0 in the order in which the switch saw them)
 * uses this member. At most LAN_SWITCH_ASSIGNMENTS_MAX different connections can be assigned. */
void lan_switch_assign(struct lan_switch *sw, uint32_t connection, unsigned member,
                       uint64_t now_ps);

/* Sets a member's carrier as the switch sees it. The change has an effect after it has lasted detect_ps. */
void lan_switch_set_member_up(struct lan_switch *sw, unsigned member, bool up, uint64_t now_ps);

/* Says whether link aggregation control lets a member's port distribute. The change has an effect at once;
 * it is true at first. */
void lan_switch_set_member_bundled(struct lan_switch *sw, unsigned member, bool bundled,
                                   uint64_t now_ps);

/* active-backup: sets the member that carries frames from now on. */
void lan_switch_set_active(struct lan_switch *sw, unsigned member, uint64_t now_ps);

const struct lan_switch_stats *lan_switch_get_stats(const struct lan_switch *sw);

#ifdef __cplusplus
}
#endif

#endif
