/* The statistics of the server's software. One list makes the members of the struct, the keys of stats.json
 * (sim/results) and the table of output keys (sim/schema). */
#ifndef TOESIM_HOST_TYPES_SERVER_STATS_H
#define TOESIM_HOST_TYPES_SERVER_STATS_H

#include "host-sw/types/reasons.h"
#include "models/base/drop_reason.h"
#include "models/base/move_event.h"

#include <stdint.h>

/* Each group of statistics is together in stats.json.
 * X(type, member, "section", "key in the section", "unit", "meaning") */

/* Statistics of moves from NIC to NIC, and the frames that concern them. */
#define SERVER_STATS_MOVES(X)                                                                      \
    X(uint64_t, moves_late, "moves", "late", "moves",                                              \
      "not over at team.move_deadline, however they ended")                                        \
    X(uint64_t, forwarded_frames, "moves", "forwarded_frames", "frames",                           \
      "foreign frames given to the NIC that had the connection or was taking it over")             \
    X(uint64_t, held_frames, "moves", "held_frames", "frames",                                     \
      "kept by the driver while their connection was between two places")                          \
    X(uint64_t, late_forwards, "moves", "late_forwards", "frames",                                 \
      "foreign frames handled after their connection had moved again")                             \
    X(uint64_t, suppressed_by_progress, "moves", "suppressed_by_progress", "frames",               \
      "foreign frames that the progress rule kept from starting a move")                           \
    X(uint32_t, moves_outstanding_max, "moves", "outstanding_max", "moves",                        \
      "largest number under way at the same time, with late ones and those from and to the host")  \
    X(uint64_t, hold_bytes_max, "moves", "hold_bytes_max", "bytes",                                \
      "largest number held at the same time")

/* Statistics of connections at rest, and ends by trouble. */
#define SERVER_STATS_RESTS(X)                                                                      \
    X(uint64_t, timers_of_resting, "connections", "timers_of_resting", "connections",              \
      "inactive ones that one of their timers brought back")                                       \
    X(uint64_t, terminated_prematurely, "connections", "terminated_prematurely", "connections",    \
      "ended by an error of their NIC or their context")

/* Statistics of orderly ends, and the numbers of connections at a time. */
#define SERVER_STATS_ENDS(X)                                                                       \
    X(uint64_t, closed, "connections", "closed", "connections", "ended in order")                  \
    X(uint64_t, time_waits, "connections", "time_waits", "connections",                            \
      "that passed through TIME_WAIT")                                                             \
    X(uint64_t, resets_sent, "connections", "resets_sent", "segments",                             \
      "resets sent by the driver")                                                                 \
    X(uint64_t, resets_unasked, "connections", "resets_unasked", "segments",                       \
      "of these, sent unasked after an error of a NIC or a context")                               \
    X(uint64_t, end_probes, "connections", "end_probes", "segments",                               \
      "sent after such an error to learn the sequence number that the peer expects")               \
    X(uint32_t, conns_max, "connections", "concurrent_max", "connections",                         \
      "largest number established at the same time, on NICs or not")                               \
    X(uint32_t, on_nics_max, "connections", "offloaded_max", "connections",                        \
      "largest number that NICs had or were taking over at the same time")

/* Statistics of connections that are opened. */
#define SERVER_STATS_OPENINGS(X)                                                                   \
    X(uint32_t, embryonic_max, "connections", "embryonic_max", "connections",                      \
      "largest number of embryonic ones at the same time")                                         \
    X(uint64_t, cookies_sent, "connections", "cookies_sent", "segments", "SYN cookies sent")       \
    X(uint64_t, cookies_good, "connections", "cookies_good", "segments",                           \
      "received that return a valid SYN cookie")                                                   \
    X(uint64_t, cookies_bad, "connections", "cookies_bad", "segments",                             \
      "received that return an invalid SYN cookie")                                                \
    X(uint64_t, connects, "connections", "connects", "connections",                                \
      "that the server began to open")                                                             \
    X(uint64_t, connected, "connections", "connected", "connections",                              \
      "of these, that were established")                                                           \
    X(uint64_t, connects_failed, "connections", "connects_failed", "connections",                  \
      "of these, that failed")

/* Statistics of what the driver reads, and what the host stack answers. */
#define SERVER_STATS_RECORDS(X)                                                                    \
    X(uint64_t, records, "host", "records", "records", "of received frames that the driver read")  \
    X(uint64_t, events, "host", "events", "events", "that the driver read")                        \
    X(uint64_t, foreign_frames, "host", "foreign_frames", "frames",                                \
      "given to the host by a NIC, and examined by the driver")                                    \
    X(uint64_t, syns, "host", "syns", "segments", "SYNs that reached the driver")                  \
    X(uint64_t, arp_answers, "host", "arp_answers", "frames", "ARP replies sent")                  \
    X(uint64_t, neighbour_answers, "host", "neighbour_answers", "frames",                          \
      "neighbour advertisements sent")                                                             \
    X(uint64_t, echo_answers, "host", "echo_answers", "packets", "ICMP echo replies sent")         \
    X(uint64_t, echo_replies, "host", "echo_replies", "packets", "ICMP echo replies received")     \
    X(uint64_t, icmp_unreachable, "host", "icmp_unreachable", "packets",                           \
      "ICMP destination unreachable received")                                                     \
    X(uint64_t, icmp_too_big, "host", "icmp_too_big", "packets", "ICMP packet too big received")   \
    X(uint64_t, icmp_time_exceeded, "host", "icmp_time_exceeded", "packets",                       \
      "ICMP time exceeded received")                                                               \
    X(uint64_t, icmp_parameter_problem, "host", "icmp_parameter_problem", "packets",               \
      "ICMP parameter problem received")                                                           \
    X(uint64_t, icmp_errors_of_connections, "host", "icmp_errors_of_connections", "packets",       \
      "ICMP errors that quote a connection of the team")                                           \
    X(uint64_t, icmp_ignored, "host", "icmp_ignored", "packets",                                   \
      "of these, ignored as not credible or of no effect")                                         \
    X(uint64_t, notices, "host", "notices", "notices",                                             \
      "from NICs of errors that did not end the connection")

/* Statistics of messages of older generations, and NICs that are lost. */
#define SERVER_STATS_NICS(X)                                                                       \
    X(uint64_t, stale_events, "host", "stale_events", "events",                                    \
      "ignored because of an older generation")                                                    \
    X(uint64_t, nics_lost, "host", "nics_lost", "NICs", "that left the team")                      \
    X(uint64_t, recoveries, "host", "recoveries", "NICs", "that came back to the team")            \
    X(uint64_t, recoveries_failed, "host", "recoveries_failed", "NICs",                            \
      "that could not come back to the team")                                                      \
    X(uint64_t, stale_doorbells, "host", "stale_doorbells", "doorbells",                           \
      "that a NIC reported as of an older generation")

/* Statistics of connections that were opened in the host's own TCP. */
#define SERVER_STATS_HOST_OPENED(X)                                                                \
    X(uint64_t, host_opened, "host.tcp", "opened", "connections", "opened on the host's own TCP")

/* Statistics of connections that no NIC took back from it. */
#define SERVER_STATS_HOST_KEPT(X)                                                                  \
    X(uint64_t, offload_failed, "host.tcp", "offload_failed", "connections",                       \
      "that a NIC refused to take")

/* Statistics of segments that came in fragments. */
#define SERVER_STATS_FRAGMENTS(X)                                                                  \
    X(uint64_t, reassembled, "host.fragments", "of_connections", "datagrams",                      \
      "of these, that are segments of a connection")

/* All of them. */
#define SERVER_STATS(X)                                                                            \
    SERVER_STATS_MOVES(X)                                                                          \
    SERVER_STATS_RESTS(X)                                                                          \
    SERVER_STATS_ENDS(X)                                                                           \
    SERVER_STATS_OPENINGS(X)                                                                       \
    SERVER_STATS_RECORDS(X)                                                                        \
    SERVER_STATS_NICS(X)                                                                           \
    SERVER_STATS_HOST_OPENED(X)                                                                    \
    SERVER_STATS_HOST_KEPT(X)                                                                      \
    SERVER_STATS_FRAGMENTS(X)

/* Statistics of mechanisms with checkpoints. Runs with other mechanisms do not report them.
 * X(type, member, "section", "key in the section", "unit", "meaning") */
#define SERVER_STATS_CHECKPOINTS(X)                                                                \
    X(uint64_t, checkpoints_used, "host", "checkpoints_used", "connections",                       \
      "rebuilt from records and a checkpoint (with a mechanism that has checkpoints)")             \
    X(uint64_t, checkpoints_refused, "host", "checkpoints_refused", "connections",                 \
      "rebuilt from records alone, because their checkpoint was torn or of another generation")

/* Statistics of mechanisms that need image slots. Runs with other mechanisms do not report them.
 * X(type, member, "section", "key in the section", "unit", "meaning") */
#define SERVER_STATS_SLOTS(X)                                                                      \
    X(uint64_t, images_pushed, "moves", "images_pushed", "images",                                 \
      "of moves that went into an image slot (with a mechanism that uses them)")                   \
    X(uint64_t, images_pulled, "moves", "images_pulled", "images",                                 \
      "that were to go into a slot, and that the NIC read from host memory instead, because no "   \
      "slot was free or the NIC did not take the image from it")

/* started = completed + failed + cancelled + host_sw_transfers_open(). */
struct transfer_counts {
    uint64_t started, completed, failed, cancelled;
};

struct host_sw_stats {
#define X(type, member, section, key, unit, meaning) type member;
    SERVER_STATS(X)
    SERVER_STATS_SLOTS(X)
    SERVER_STATS_CHECKPOINTS(X)
#undef X
    struct transfer_counts transfers[TRANSFER_COUNTED]; /* by enum transfer_kind, and openings */
    uint64_t not_inactivated[IDLE_REASON_COUNT];        /* silent but kept active, by reason */
    uint64_t host_taken[HOST_REASON_COUNT];             /* activations on the host, by reason */
    uint64_t farewells_refused; /* peers that got no reset because the table was full */
    struct drop_counters drops;
};

#endif
