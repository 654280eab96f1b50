/*
 * Policies decide when a connection moves. A scenario lists policies, the server asks them in that order, and the first
 * verdict other than NEXT wins. Each policy is one file with one `struct policy_ops` and one row in policy_table.c. A
 * policy sees frames, ports and time, but not the rest of the server.
 */
#ifndef TOESIM_HOST_POLICY_POLICY_H
#define TOESIM_HOST_POLICY_POLICY_H

#include "models/base/move_event.h"
#include "models/base/scenario_key.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum policy_verdict {
    POLICY_NEXT,    /* no opinion, so the next policy is asked */
    POLICY_MOVE,    /* move the connection to the NIC that received the frame */
    POLICY_FORWARD, /* relay the frame to the owner */
    POLICY_WAIT,    /* relay the frame; the policy may call policy_ask_move() later */
    POLICY_QUEUE, /* the connection queues for a move, and no move begins before a policy's run() has returned */
};

/* A frame of an offloaded connection with good checksums. It is foreign if another NIC than the owner received it. A
 * foreign frame is never a SYN, and the server acts on the verdict; for other frames the verdict is ignored. */
struct policy_frame {
    uint32_t conn;
    uint64_t mac_time_ps;
    uint64_t now_ps;
    uint64_t frame_id;
    uint8_t port;  /* the NIC that received it */
    uint8_t owner; /* the NIC that has the connection */
    bool is_foreign;
    bool is_closing; /* the peer has sent its FIN, or the application has closed */
    /* The host knows no reason why the owner would refuse the segment. Set for foreign frames only. */
    bool is_acceptable;
};

struct policy;

/* Each function pointer may be null, except that run() must be set if next_ps() is. */
struct policy_ops {
    const char *name;       /* the word for this policy in a scenario */
    size_t priv_bytes;      /* size of the state of the policy, which is zero at the start */
    size_t conn_priv_bytes; /* size of the state of each connection, which is zero when it opens */
    struct own_keys own;
    /* Returns the verdict on a frame. If null, the verdict is NEXT. */
    enum policy_verdict (*on_frame)(struct policy *policy, const struct policy_frame *frame);
    /* Called when the port of a NIC has become usable or unusable. */
    void (*on_port)(struct policy *policy, unsigned nic, bool usable);
    /* Called when the NIC of the connection may no longer have it, but the other NIC may. Returns true if the policy will
     * call policy_ask_leave() later; otherwise the connection moves now. */
    bool (*on_stranded)(struct policy *policy, uint32_t conn, uint64_t now_ps);
    /* Called when a move of the connection from NIC to NIC is complete. */
    void (*on_moved)(struct policy *policy, uint32_t conn, uint64_t now_ps);
    /* Returns the time at which run() is to be called, or TIME_NEVER. If null, run() is never called. All moves that run()
     * asks for begin when it has returned, as one list. */
    uint64_t (*next_ps)(const struct policy *policy);
    void (*run)(struct policy *policy, uint64_t now_ps);
};

/* The functions behind policy_ask_move() and policy_ask_leave(). Each returns true if the move has begun or waits in the
 * queue. */
struct policy_server {
    bool (*move)(void *self, uint32_t conn, const struct move_trigger *why);
    bool (*leave)(void *self, uint32_t conn);
    void *self;
};

struct policy {
    const struct policy_ops *ops;
    const void *values;   /* values of the policy's own scenario keys */
    void *priv;           /* state of the policy, of priv_bytes bytes */
    unsigned char *conns; /* states of the connections, of conn_priv_bytes bytes each */
    struct policy_server server;
};

/* Returns the policy's state of a connection. */
void *policy_conn(const struct policy *policy, uint32_t conn);

/* Asks for a move of the connection to the NIC why->port, usually after the verdict POLICY_WAIT. Returns false if the
 * connection cannot move. */
bool policy_ask_move(const struct policy *policy, uint32_t conn, const struct move_trigger *why);

/* Asks for the move of a connection for which on_stranded() has returned true. Returns false if the connection need not
 * move any more, or cannot. */
bool policy_ask_leave(const struct policy *policy, uint32_t conn);

/* --- the list of policies, for the server --- */

enum { POLICIES_MAX = 8, POLICY_NAMES_MAX = 128 };

struct policy_list {
    uint32_t count;
    uint64_t next_ps; /* when the first policy must run, or TIME_NEVER */
    struct policy policies[POLICIES_MAX];
};

/* Sets up the policies. names lists at least one policy, separated by commas, and none twice. values has the values of
 * all owners' keys (move_owner.h). */
void policy_list_init(struct policy_list *list, const char *names, const unsigned char *values,
                      uint32_t conn_max, struct policy_server server);
void policy_list_free(struct policy_list *list);

/* Asks the policies in turn for a verdict on the frame. Stores the name of the policy that has decided in *winner. If
 * no policy decides, *winner is null and the verdict is FORWARD. */
enum policy_verdict policy_list_on_frame(struct policy_list *list, const struct policy_frame *frame,
                                         const char **winner);
/* Pass events to all policies. */
void policy_list_on_open(struct policy_list *list, uint32_t conn);
void policy_list_on_port(struct policy_list *list, unsigned nic, bool usable);
/* Asks the policies in turn whether they will move a connection that has lost its port. */
bool policy_list_on_stranded(struct policy_list *list, uint32_t conn, uint64_t now_ps);
void policy_list_on_moved(struct policy_list *list, uint32_t conn, uint64_t now_ps);
/* Runs the policies that are due. Returns true if there was one. */
bool policy_list_run(struct policy_list *list, uint64_t now_ps);

#endif
