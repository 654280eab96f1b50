/* The reasons for which a frame can be lost in the models. Every loss has one; a single list makes the
 * enum, the names and the report. */
#ifndef TOESIM_BASE_DROP_REASON_H
#define TOESIM_BASE_DROP_REASON_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* X(identifier, "key in stats.json under drops", "why the frame was dropped", as a clause) */
#define DROP_REASONS(X)                                                                            \
    X(BAD_FCS, "bad_fcs", "the frame check sequence is wrong at the receiving MAC")                \
    X(RUNT, "runt", "the frame is shorter than 64 bytes at the receiving MAC")                     \
    X(OVERSIZE, "oversize", "the frame is longer than the port's MTU allows")                      \
    X(WRONG_DESTINATION, "wrong_destination", "the frame is addressed to another MAC address")     \
    X(MAC_QUEUE_FULL, "mac_queue_full", "the transmit queue of a MAC or switch port is full")      \
    X(LINK_DOWN, "link_down", "the link went down before the frame had arrived")                   \
    X(NO_MEMBER, "no_member", "no port of the group is up")                                        \
    X(BAD_CHECKSUM, "bad_checksum", "the IP or TCP checksum is wrong")                             \
    X(MALFORMED, "malformed", "lengths or options of the headers contradict each other")           \
    X(NOT_TCP, "not_tcp",                                                                          \
      "the frame is neither unfragmented TCP nor a message that the host answers")                 \
    X(NOT_OURS, "not_ours", "the destination address is not one of the team's")                    \
    X(ENGINE_QUEUE_FULL, "engine_queue_full", "the receive queue of the TOE engine is full")       \
    X(NO_RX_BUFFER, "no_rx_buffer",                                                                \
      "the host has posted no buffer for a frame that the NIC has to give to it")                  \
    X(NO_LISTENER, "no_listener",                                                                  \
      "no application listens on the port of the SYN, which is answered with a reset")             \
    X(NO_CONNECTION, "no_connection",                                                              \
      "the segment belongs to no known connection and is answered with a reset")                   \
    X(NO_RESOURCE, "no_resource", "memory, connection numbers or table entries are used up")       \
    X(SYN_BACKLOG, "syn_backlog",                                                                  \
      "as many connections are being opened as the SYN backlog allows")                            \
    X(COOKIE, "cookie", "the segment may belong to a SYN cookie that is not acknowledged yet")     \
    X(FRAGMENT_OVERLAP, "fragment_overlap", "an IP fragment of the datagram overlaps another")     \
    X(FRAGMENT_FULL, "fragment_full",                                                              \
      "there is no space to keep another IP fragment for reassembly")                              \
    X(HOLD_FULL, "hold_full",                                                                      \
      "there is no space to hold another frame until the connection can be served")                \
    X(FENCED, "fenced", "the NIC that has the frame is fenced")                                    \
    X(NIC_LOST, "nic_lost",                                                                        \
      "the NIC left the team before it reported what it had done with the frame")                  \
    X(TCP_OLD, "tcp_old", "the segment contains nothing new")                                      \
    X(TCP_OUT_OF_WINDOW, "tcp_out_of_window", "the segment lies outside the receive window")       \
    X(TCP_PAWS, "tcp_paws", "the timestamp is older than TS.Recent (RFC 7323 5.3)")                \
    X(TCP_NO_TIMESTAMP, "tcp_no_timestamp",                                                        \
      "the timestamp option is missing although it was negotiated")                                \
    X(TCP_BAD_ACK, "tcp_bad_ack",                                                                  \
      "the segment acknowledges data that was never sent, or is too old")                          \
    X(TCP_NO_ACK, "tcp_no_ack", "the ACK bit is missing in a synchronized state")                  \
    X(TCP_CHALLENGED, "tcp_challenged", "the segment is answered with a challenge ACK (RFC 5961)") \
    X(TCP_OOO_FULL, "tcp_ooo_full",                                                                \
      "there is no space to note another interval of out-of-order data")                           \
    X(TCP_AFTER_CLOSE, "tcp_after_close", "the segment contains data behind the peer's FIN")       \
    X(TIME_WAIT, "time_wait", "the connection is in TIME_WAIT")                                    \
    X(ICMP_STALE, "icmp_stale", "the ICMP error quotes no data in flight, or reports nothing new") \
    X(BAD_SOURCE, "bad_source", "no other host can have the source address (RFC 9293 MUST-63)")    \
    X(SOURCE_ROUTED, "source_routed",                                                              \
      "the IPv4 header has a source route option (RFC 7126 4.3, 4.4)")                             \
    X(POOL_EMPTY, "pool_empty", "the frame pool is empty")                                         \
    X(FAULT, "fault", "a fault of the scenario removed the frame")                                 \
    X(JABBER, "jabber",                                                                            \
      "the frame is longer than the port's MTU allows, and its check sequence is wrong")           \
    X(MAC_CONTROL, "mac_control", "the receiver does not support this control frame of the link")  \
    X(CTX_ERROR, "ctx_error",                                                                      \
      "the connection's context has a parity error, and the connection ends")

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
