/*
 * What decides that a connection moves. A scenario names the policies that are asked, in order, and the first
 * verdict that is not NEXT wins. Each policy is one file with one `struct policy_ops` and one row in
 * policy_table.c. A policy sees frames, ports and time, and nothing of the server behind them.
 */
#ifndef TOESIM_HOST_POLICY_POLICY_H
#define TOESIM_HOST_POLICY_POLICY_H

#include "models/base/move_event.h"
#include "models/base/scenario_key.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum policy_verdict {
    POLICY_NEXT,    /* no opinion: the next policy is asked */
    POLICY_MOVE,    /* move the connection to the NIC that received the frame */
    POLICY_FORWARD, /* relay the frame to the owner */
    POLICY_WAIT, /* relay it as well; the policy may ask for the move later, by policy_ask_move() */
};

/* A frame of an offloaded connection with good checksums. It is foreign if another NIC than the owner
 * received it; then it is no SYN, and the verdict counts. */
struct policy_frame {
    uint32_t conn;
    uint64_t mac_time_ps;
    uint64_t frame_id;
    uint8_t port;  /* the NIC that received it */
    uint8_t owner; /* the NIC that has the connection */
    bool is_foreign;
    bool is_closing; /* the peer has sent its FIN, or the application has closed */
    /* The host knows of no reason why the owner would refuse the segment; only of foreign frames. */
    bool is_acceptable;
};

struct policy;

/* Calls that may be null do nothing. */
struct policy_ops {
    const char *name;       /* the scenario's word, and written nowhere else */
    size_t priv_bytes;      /* its state in all, zero at the start */
    size_t conn_priv_bytes; /* and for each connection, zero when the connection opens */
    struct own_keys own;
    /* Null verdicts are NEXT. */
    enum policy_verdict (*on_frame)(struct policy *policy, const struct policy_frame *frame);
    /* NIC `nic` became usable, or no longer is. */
    void (*on_port)(struct policy *policy, unsigned nic, bool usable);
    /* A move of the connection from NIC to NIC was completed. */
    void (*on_moved)(struct policy *policy, uint32_t conn, uint64_t now_ps);
    /* When run() is to be called; TIME_NEVER or null: not at all. */
    uint64_t (*next_ps)(const struct policy *policy);
    void (*run)(struct policy *policy, uint64_t now_ps);
};

/* Whom policy_ask_move() asks. True: the move has begun or waits for its turn. */
struct policy_server {
    bool (*move)(void *self, uint32_t conn, const struct move_trigger *why);
    void *self;
};

struct policy {
    const struct policy_ops *ops;
    const void *values; /* of its own keys */
    void *priv;
    unsigned char *conns; /* private state of each connection */
    struct policy_server server;
};

/* The private state of a connection. */
void *policy_conn(const struct policy *policy, uint32_t conn);

/* For POLICY_WAIT: the connection is to move to the NIC why->port. False: it cannot. */
bool policy_ask_move(const struct policy *policy, uint32_t conn, const struct move_trigger *why);

/* --- the policies in their order, for the server --- */

enum { POLICIES_MAX = 8, POLICY_NAMES_MAX = 128 };

struct policy_list {
    uint32_t count;
    struct policy policies[POLICIES_MAX];
};

/* names: words between commas, each of them a policy and none twice; at least one. values: of every
 * owner's keys (move_owner.h). */
void policy_list_init(struct policy_list *list, const char *names, const unsigned char *values,
                      uint32_t conn_max, struct policy_server server);
void policy_list_free(struct policy_list *list);

/* Asks the policies in turn. *winner: the name of the one that decided, null if none did; then the verdict
 * is FORWARD. */
enum policy_verdict policy_list_on_frame(struct policy_list *list, const struct policy_frame *frame,
                                         const char **winner);
void policy_list_on_open(struct policy_list *list, uint32_t conn);
void policy_list_on_port(struct policy_list *list, unsigned nic, bool usable);
void policy_list_on_moved(struct policy_list *list, uint32_t conn, uint64_t now_ps);
uint64_t policy_list_next_ps(const struct policy_list *list);
/* Runs those that are due. True: there was one. */
bool policy_list_run(struct policy_list *list, uint64_t now_ps);

/* --- the table --- */

extern const struct policy_ops *const policy_table[];
extern const size_t policy_count;

/* Null: no policy has this name. */
const struct policy_ops *policy_find(const char *name, size_t length);

/* The names of all, ending with a null. */
const char *const *policy_names(void);

#endif
