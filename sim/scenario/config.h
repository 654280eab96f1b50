/* The configuration of a run. The scenario reader fills it and the testbed reads it. All defaults are visible. */
#ifndef TOESIM_SIM_CONFIG_H
#define TOESIM_SIM_CONFIG_H

#include "host-sw/server/host_sw.h"
#include "models/base/status.h"
#include "models/host/host_cpu.h"
#include "models/lan_switch/lan_switch.h"
#include "models/mac/mac.h"
#include "models/pcie/pcie_link.h"
#include "models/toe/toe_engine.h"
#include "models/trace/capture/capture.h"
#include "models/trace/generate/gen_peer.h"
#include "models/trace/generate/gen_peer_place.h"
#include "models/trace/generate/syn_flood.h"
#include "models/trace/replay/fragmenter.h"
#include "models/trace/replay/replay_peer.h"
#include "sim/action/action.h"
#include "sim/log/log_params.h"
#include "sim/shape/cache_shape.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    SIM_PATH_MAX = 1024,
    SIM_NAME_MAX = 64,
    SIM_EXPECTS_MAX = 64,
    SIM_EXPECT_TEXT_MAX = 200,
    SIM_KEYS_MAX = 640
};

/* docs/replay.md */
enum replay_mode { REPLAY_EXACT, REPLAY_ENDPOINT };

enum traffic_kind { TRAFFIC_REPLAY, TRAFFIC_GENERATOR, TRAFFIC_EXTERNAL };

enum waves_mode { WAVES_NONE, WAVES_MOVES, WAVES_ALL };

/* What each NIC has for itself. The fields are those of struct sim_config with the same names. */
struct sim_nic {
    struct toe_params engine;
    struct mac_params mac; /* both ends of the NIC's link */
    struct pcie_params pcie;
    uint64_t ctx_dram_ps;
    uint64_t ctx_dram_beat_ps;
    struct cache_shape cache_shape;
    uint64_t cache_cycle_ps;
};

/* Where a value comes from. An option is --set, or another option of the command line. */
enum sim_origin { SIM_ORIGIN_DEFAULT, SIM_ORIGIN_FILE, SIM_ORIGIN_OPTION };

/* The origin of each value, as enum sim_origin. The index of a key is that in scenario_keys(). The keys of an action are
 * bits (enum action_key), and the index is that of the action. */
struct sim_origins {
    uint8_t key[SIM_KEYS_MAX];
    uint8_t nic[NIC_COUNT][SIM_KEYS_MAX]; /* nics.nic0.*, nics.nic1.* */
    uint8_t expect[SIM_EXPECTS_MAX];
    uint32_t action_file[SIM_ACTIONS_MAX], action_option[SIM_ACTIONS_MAX];
};

/* The moment of a move at which the offsets of a race begin. */
enum race_at {
    RACE_AT_MOVE,   /* T0: the frame that causes the move has arrived */
    RACE_AT_FROZEN, /* T5: the old NIC has stopped */
    RACE_AT_ACTIVE, /* T10: the new NIC has begun */
};

enum race_nic { RACE_NIC_POLICY, RACE_NIC_0, RACE_NIC_1 }; /* where the placed frame arrives */

/* A frame of a generated client that is placed around a move (docs/races.md). */
struct sim_race {
    enum gen_frame frame;
    enum race_at at;
    uint32_t move;       /* number of the move, from 1 */
    uint32_t connection; /* the client */
    enum race_nic nic;
    int64_t from_ps, to_ps; /* offsets that toesim sweep-race tries */
    uint64_t step_ps;
    uint64_t time_ps; /* when the client sends the frame; 0: never */
};

struct sim_config {
    char name[SIM_NAME_MAX];
    char source[SIM_PATH_MAX]; /* scenario or capture file, for messages */
    uint64_t seed;
    uint64_t duration_ps; /* simulated time at most; TIME_NEVER: until the traffic is done */

    struct host_sw_params team; /* sections team and nics (TCP, rings) */
    struct host_params host;
    /* nics.*, which nics.nic0.* and nics.nic1.* override. The testbed takes these values from `nic`. */
    struct toe_params engine;
    struct mac_params mac; /* with another rate also the uplink and the peers */
    uint64_t uplink_bps;
    struct pcie_params pcie;
    uint64_t ctx_dram_ps;      /* context DRAM, request to first beat: 51,650 */
    uint64_t ctx_dram_beat_ps; /* each further 64-byte beat */
    struct cache_shape cache_shape;
    uint64_t cache_cycle_ps; /* 0: that of the engine */
    struct sim_nic nic[NIC_COUNT];
    bool free_clocks; /* the NICs have clocks of their own, because one has an offset or a drift */
    bool ctx_skip_idle; /* clock the caches only while busy */
    bool ctx_lock_step; /* run the C model beside the RTL, and compare their answers */
    bool ctx_golden;    /* use the C model instead of the RTL (debugging; no waves) */
    struct lan_switch_params lan_switch;
    enum lacp_period lacp; /* of both links of the group, both ends */

    enum traffic_kind traffic;
    char capture_path[SIM_PATH_MAX];
    struct capture_params capture;
    enum replay_mode replay_mode;
    struct replay_params replay;
    struct gen_params gen;
    bool allow_empty;       /* no conversation to judge is no error */
    uint32_t fragment_over; /* peers' packets longer than this leave in IP fragments; 0: none do */
    struct syn_flood_params flood; /* beside replay or generator */

    struct sim_race race;

    size_t action_count;
    struct sim_action actions[SIM_ACTIONS_MAX];

    bool cache_time; /* sample the wall time of the caches' steps, for perf.json */
    enum waves_mode waves;
    uint64_t waves_margin_ps; /* before T0 is impossible; after T12 so much more is dumped */
    uint32_t waves_moves_max; /* with WAVES_MOVES: only the first so many moves; 0: all */
    uint64_t sample_ps;       /* series.csv: its period; 0: none */
    struct log_params log;    /* events.log */
    uint64_t state_hash_ps;   /* hash.csv: its period; 0: none */
    bool write_waits;         /* waits.csv */
    bool write_timeline;      /* timeline.json.gz */
    uint32_t timeline_moves;  /* moves that it shows; 0: all */
    bool tlp_trace;           /* pcie0.csv, pcie1.csv */
    bool pcie_config;         /* lspci.txt */
    bool write_captures;      /* nic0.pcap, nic1.pcap, team.pcapng */
    bool write_streams;       /* streams.bin, for toesim equal; no key sets it */

    size_t expect_count;
    char expects[SIM_EXPECTS_MAX][SIM_EXPECT_TEXT_MAX]; /* "moves.completed >= 1" */

    struct sim_origins origins;
};

#ifdef __cplusplus
}
#endif

#endif
