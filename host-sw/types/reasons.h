/* The reasons that the server's software gives for what it does with a connection. */
#ifndef TOESIM_HOST_TYPES_REASONS_H
#define TOESIM_HOST_TYPES_REASONS_H

/* Reasons why the host has a connection. X(identifier, "key in stats.json and conns.csv", "reason") */
#define HOST_REASONS(X)                                                                            \
    X(NONE, "none", "a NIC has it")                                                                \
    X(POLICY, "policy", "team.offload.policy does not offload it")                                 \
    X(TABLE_FULL, "table_full", "team.offload.connections_max was reached; goes to a NIC later")   \
    X(REFUSED, "refused", "the NICs refused it")                                                   \
    X(REQUEST, "request", "code outside the driver asked for it")                                  \
    X(FRAGMENTS, "fragments", "many of its segments come in fragments")                            \
    X(OUT_OF_ORDER, "out_of_order", "many of its segments were dropped as tcp_ooo_full")           \
    X(NO_MEMBER, "no_member", "no port was usable; goes to a NIC when one is")

enum host_reason {
#define X(id, key, text) HOST_REASON_##id,
    HOST_REASONS(X)
#undef X
        HOST_REASON_COUNT,
};

/* Reasons why a silent connection was not inactivated. X(identifier, "key in stats.json", "reason") */
#define IDLE_REASONS(X)                                                                            \
    X(OPENING, "opening", "it is not established yet")                                             \
    X(MOVING, "moving", "it waits for its turn to move")                                           \
    X(APPLICATION, "application", "its NIC does not yet know what the application did")            \
    X(HEARD, "heard", "a frame of it arrived meanwhile")                                           \
    X(SENDING, "sending", "it has a segment to send at once")                                      \
    X(TIMER, "timer", "one of its timers is due within 1 ms")

enum idle_reason {
#define X(id, key, text) IDLE_REASON_##id,
    IDLE_REASONS(X)
#undef X
        IDLE_REASON_COUNT,
};

#endif
