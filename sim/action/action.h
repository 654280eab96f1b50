/*
 * Actions of a scenario: the items of `switch.rehash` and `faults`. Every kind of action is described once, by the
 * part of the system that owns it (action_switch.c, action_line.c, action_pcie.c ...); its name is written nowhere else.
 * The reader, the writer, the swarm and the testbed look at the description and know no kind by name.
 */
#ifndef TOESIM_SIM_ACTION_H
#define TOESIM_SIM_ACTION_H

#include "models/hwif/ctx_store.h"
#include "models/hwif/nic_bus.h"
#include "models/mac/fault/line_fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { SIM_ACTIONS_MAX = 256 };

enum sim_link { SIM_LINK_NIC0, SIM_LINK_NIC1, SIM_LINK_UPLINK, SIM_LINK_COUNT };
enum sim_direction { SIM_BOTH_WAYS, SIM_TO_SERVER, SIM_TO_PEERS };

/* The lists of a scenario that hold actions. */
enum action_list { ACTION_LIST_REHASH, ACTION_LIST_FAULTS, ACTION_LIST_COUNT };

/* The keys of an item, as bits; action_key_bit() finds the bit of a name. */
enum action_key {
    ACTION_KEY_AT = 1 << 0,
    ACTION_KEY_ACTION = 1 << 1,
    ACTION_KEY_NIC = 1 << 2,
    ACTION_KEY_CONNECTION = 1 << 3,
    ACTION_KEY_EVERY = 1 << 4,
    ACTION_KEY_COUNT = 1 << 5,
    ACTION_KEY_ARRAY = 1 << 6,
    ACTION_KEY_LINE = 1 << 7,
    ACTION_KEY_BIT = 1 << 8,
    ACTION_KEY_LINK = 1 << 9,
    ACTION_KEY_DIRECTION = 1 << 10,
    ACTION_KEY_RATE = 1 << 11,
    ACTION_KEY_FRAMES = 1 << 12,
    ACTION_KEY_BEHIND = 1 << 13,
    ACTION_KEY_DELAY = 1 << 14,
    ACTION_KEY_JITTER = 1 << 15,
    ACTION_KEY_LASTING = 1 << 16,

    /* Every item has these. */
    ACTION_KEYS_COMMON = ACTION_KEY_AT | ACTION_KEY_ACTION | ACTION_KEY_EVERY | ACTION_KEY_COUNT,
    /* Only one owner's actions have these. */
    ACTION_KEYS_OF_CACHE = ACTION_KEY_ARRAY | ACTION_KEY_LINE | ACTION_KEY_BIT,
    ACTION_KEYS_OF_LINE = ACTION_KEY_LINK | ACTION_KEY_DIRECTION | ACTION_KEY_RATE |
                          ACTION_KEY_FRAMES | ACTION_KEY_BEHIND | ACTION_KEY_DELAY |
                          ACTION_KEY_JITTER | ACTION_KEY_LASTING,
};

struct action_kind;

/* One item. The action starts at a time or when the traffic has progressed so far (permille), whichever the
 * item gives. With every_ps > 0 the action is repeated, count times in all (0: to the end of the run). */
struct sim_action {
    const struct action_kind *kind;
    bool by_progress;
    uint64_t at_ps;
    uint32_t at_permille;
    uint64_t every_ps;
    uint32_t count;
    unsigned nic;
    uint32_t value; /* a connection */
    enum sim_link link;
    enum sim_direction direction;
    struct line_fault_rule line; /* line faults; finish() sets the kind of the rule */
    int line_rules[2];           /* their numbers in the two receiving MACs; prepare() sets them */
    struct ctx_flip flip;        /* context errors; their connection is `value` */
};

/* The parts of the system that actions act on. All pointers are borrowed. */
struct action_targets {
    struct lan_switch *lan_switch;
    struct host_sw *software;
    struct host_cpu *cpu;
    struct pcie_link *pcie[NIC_COUNT];
    struct toe_engine *engine[NIC_COUNT];
    struct soft_errors *soft_errors[NIC_COUNT];
    struct mac
        *line_receiver[SIM_LINK_COUNT][2]; /* of frames to the server [0], to the peers [1] */
    void (*plug_cable)(void *self, unsigned nic, bool plugged, uint64_t now_ps);
    void *self;
    uint64_t seed; /* of the run */
};

enum {
    ACTION_MAY_DAMAGE = 1 << 0,    /* the action may end connections */
    ACTION_MAY_STALL = 1 << 1,     /* the action may keep connections from ending */
    ACTION_NEEDS_DLL = 1 << 2,     /* the action needs a modelled data link layer (nics.pcie.dll) */
    ACTION_NEEDS_CONTEXT = 1 << 3, /* the connection must be below team.connections_max */
    ACTION_FROM_START = 1 << 4,    /* without `at` the action starts when the run starts */
};

/* What the kinds of one owner have in common. */
struct action_ops {
    /* Returns why these keys do not make an action of this kind, or null; `given` is a set of enum action_key. */
    const char *(*check)(const struct sim_action *action, unsigned given);
    /* Sets the fields that follow from the keys; may be null. */
    void (*finish)(struct sim_action *action, unsigned given);
    /* Returns those keys of the kind that this action does not have; may be null. */
    unsigned (*absent)(const struct sim_action *action);
    /* Called once, when the system has been made; may be null. */
    void (*prepare)(const struct action_targets *targets, struct sim_action *action);
    void (*start)(const struct action_targets *targets, const struct sim_action *action,
                  uint64_t now_ps);
};

/* One kind of action. */
struct action_kind {
    const char *name; /* the scenario's word */
    const struct action_ops *ops;
    int number;     /* the owner's own number for this kind */
    unsigned keys;  /* the keys that an item of this kind may have: a set of enum action_key */
    unsigned flags; /* ACTION_MAY_DAMAGE and so on */
};

/* All kinds of one owner. */
struct action_owner {
    enum action_list list;
    const struct action_kind *kinds;
    size_t count;
};

#ifdef __cplusplus
}
#endif

#endif
