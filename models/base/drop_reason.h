/* The reasons for which a frame can be lost in the models. Every loss has one; a single list makes the
 * enum, the names and the report. */
#ifndef TOESIM_BASE_DROP_REASON_H
#define TOESIM_BASE_DROP_REASON_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* X(identifier, "key in stats.json under drops", "what happened") */
#define DROP_REASONS(X)                                                                            \
    X(BAD_FCS, "bad_fcs", "frame check sequence wrong at the receiving MAC")                       \
    X(RUNT, "runt", "shorter than 64 bytes with FCS at the receiving MAC")                         \
    X(OVERSIZE, "oversize", "longer than the port's MTU allows")                                   \
    X(WRONG_DESTINATION, "wrong_destination", "unicast to another MAC address")                    \
    X(MAC_QUEUE_FULL, "mac_queue_full", "transmit queue of a MAC or switch port full")             \
    X(LINK_DOWN, "link_down", "the link went down under the frame")                                \
    X(NO_MEMBER, "no_member", "no port of the group is up")                                        \
    X(BAD_CHECKSUM, "bad_checksum", "IP or TCP checksum wrong")                                    \
    X(MALFORMED, "malformed", "lengths or options of the headers contradict each other")           \
    X(NOT_TCP, "not_tcp", "neither unfragmented TCP nor anything the host answers")                \
    X(NOT_OURS, "not_ours", "destination address is not the team's")                               \
    X(ENGINE_QUEUE_FULL, "engine_queue_full", "receive queue of the TOE engine full")              \
    X(NO_RX_BUFFER, "no_rx_buffer", "no host buffer posted for a frame that goes to the host")     \
    X(NO_LISTENER, "no_listener", "SYN to a port nobody listens on (answered with a reset)")       \
    X(NO_CONNECTION, "no_connection", "segment of no known connection (answered with a reset)")    \
    X(NO_RESOURCE, "no_resource", "no connection id, ring or table slot left")                     \
    X(SYN_BACKLOG, "syn_backlog", "SYN beyond the embryonic connections that may be")              \
    X(COOKIE, "cookie", "may follow a SYN cookie's acknowledgment that has not come yet")          \
    X(FRAGMENT_OVERLAP, "fragment_overlap",                                                        \
      "IP fragment that overlaps another, or of such a datagram")                                  \
    X(FRAGMENT_FULL, "fragment_full",                                                              \
      "no room to keep an IP fragment until its datagram is whole")                                \
    X(HOLD_FULL, "hold_full", "more frames held for a moving connection than allowed")             \
    X(FENCED, "fenced", "received by a fenced NIC")                                                \
    X(NIC_LOST, "nic_lost", "with a NIC that died before it told the host what became of it")      \
    X(TCP_OLD, "tcp_old", "nothing new in the segment (duplicate)")                                \
    X(TCP_OUT_OF_WINDOW, "tcp_out_of_window", "outside the receive window")                        \
    X(TCP_PAWS, "tcp_paws", "timestamp older than TS.Recent (RFC 7323 5.3)")                       \
    X(TCP_NO_TIMESTAMP, "tcp_no_timestamp", "timestamp option missing after negotiation")          \
    X(TCP_BAD_ACK, "tcp_bad_ack", "acknowledges what was never sent, or too old")                  \
    X(TCP_NO_ACK, "tcp_no_ack", "ACK bit missing in a synchronised state")                         \
    X(TCP_CHALLENGED, "tcp_challenged", "answered with a challenge ACK (RFC 5961)")                \
    X(TCP_OOO_FULL, "tcp_ooo_full", "no interval left for out-of-order data")                      \
    X(TCP_AFTER_CLOSE, "tcp_after_close", "data after our side was aborted or fully closed")       \
    X(TIME_WAIT, "time_wait", "segment for a connection in TIME_WAIT (answered where due)")        \
    X(ICMP_STALE, "icmp_stale", "ICMP error that quotes nothing in flight, or tells nothing new")  \
    X(BAD_SOURCE, "bad_source", "source address that no host can have (RFC 9293 MUST-63)")         \
    X(SOURCE_ROUTED, "source_routed", "IPv4 source route option (RFC 7126 4.3, 4.4)")              \
    X(POOL_EMPTY, "pool_empty", "frame pool exhausted")                                            \
    X(FAULT, "fault", "removed by a fault of the scenario")                                        \
    X(JABBER, "jabber", "longer than the port's MTU allows, and its check sequence wrong")         \
    X(MAC_CONTROL, "mac_control", "control frame of the link that nobody here supports")           \
    X(CTX_ERROR, "ctx_error", "its connection's context has a wrong bit, and the connection ends")

enum drop_reason {
    DROP_NONE = 0,
#define X(id, key, text) DROP_##id,
    DROP_REASONS(X)
#undef X
        DROP_REASON_COUNT,
};

/* Counters of one stage, indexed by reason. */
struct drop_counters {
    uint64_t count[DROP_REASON_COUNT];
};

static inline void drop_count(struct drop_counters *drops, enum drop_reason reason)
{
    drops->count[reason]++;
}

/* Key for stats.json; static text. */
const char *drop_reason_key(enum drop_reason reason);

/* Adds the counts of `from` to those of `into`. */
static inline void drop_add(struct drop_counters *into, const struct drop_counters *from)
{
    for (int i = 0; i < DROP_REASON_COUNT; i++)
        into->count[i] += from->count[i];
}

#ifdef __cplusplus
}
#endif

#endif
