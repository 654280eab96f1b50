/*
 * One conversation of a replay: the state of the client's TCP. Internal to replay_*.c.
 *
 * Positions in sequence space are 64-bit and count from the initial sequence number: 0 is the SYN,
 * 1 the first byte, and the FIN takes one more.
 *
 * Timers are absolute times; TIME_NEVER means that the timer is not running:
 *   rto_at_ps    the oldest unacknowledged segment is sent again
 *   live_at_ps   a pure ACK is sent for received segments
 * replay_due.c derives two more deadlines: the next captured segment, and the stall limit.
 */
#ifndef TOESIM_TRACE_REPLAY_CONV_H
#define TOESIM_TRACE_REPLAY_CONV_H

#include "models/trace/conversation/conv_check.h"
#include "models/trace/conversation/tuple_table.h"
#include "models/trace/replay/conv_queue.h"
#include "models/trace/replay/replay_peer.h"
#include "models/trace/store/range_set.h"
#include "models/trace/store/state_store.h"
#include "models/wire/packet.h"

enum { REPLAY_OPTIONS_MAX = 40 };

/* Retransmission timeout (RFC 6298), in ps; srtt 0: no sample yet. */
struct replay_rto {
    uint64_t srtt_ps, rttvar_ps, rto_ps;
    unsigned backoff;
    unsigned tries; /* in a row without an answer */
    bool timing;
    uint64_t timed_end;
    uint64_t timed_since_ps;
};

/* The state exists while the conversation is open. When it has ended it is put away (state_store.h) until a late frame
 * arrives, and what can be read again is not kept. */
struct replay_conv {
    struct conv_check check;
    uint8_t client_mac[6];
    uint32_t index;
    uint16_t ip_id;

    size_t next;      /* captured segment to send next */
    size_t una_index; /* no captured segment before this one holds unacknowledged bytes */
    size_t syn_index;
    uint8_t port_flags; /* enum frame_flag: where the last captured segment arrives, or 0 */

    uint64_t snd_una, snd_max;
    uint64_t snd_edge, snd_wl1, snd_wl2; /* right edge the server offers; SND.WL1 and SND.WL2 */
    uint64_t snd_window_max;             /* the widest window it has offered */
    uint64_t recover; /* after a timeout, each ACK below it causes a retransmission */
    uint64_t fin_end; /* end of the client's FIN once sent, 0 before */
    struct replay_rto rto;

    uint32_t server_isn;
    uint64_t rcv_nxt;
    uint64_t server_fin_at; /* position of the server's FIN, 0: none arrived */

    uint64_t ack_sent;      /* highest */
    uint64_t ack_sent_last; /* of the last segment (RFC 7323 4.3) */
    uint64_t ack_edge;      /* right edge offered to the server */
    uint32_t window_bytes;  /* offered last */
    uint32_t ts_recent, tsval_newest;
    uint8_t client_ws, server_ws; /* in use; 0 without the option */

    bool synack; /* arrived */
    bool ts;     /* timestamps negotiated */
    bool owed;   /* something arrived that no segment has acknowledged yet */
    bool rst_sent, rst_received;
    bool server_ended; /* its application has seen the end */
    bool over;         /* the transport has ended; what is left is confirmation and repetitions */

    uint64_t owed_since_ps;
    uint64_t sent_ps;     /* last segment */
    uint64_t touched_ps;  /* last event: nothing is due before it */
    uint64_t progress_ps; /* last new segment, acknowledgment or byte */
    uint64_t looked_ps;   /* when it was last asked whether the server still tries */
    uint64_t rto_at_ps, live_at_ps;
    size_t queue_at; /* conv_queue.h */

    struct range_set ooo; /* arrived behind rcv_nxt; not kept if it is empty */

    /* What follows is never kept. */
    struct client_segment ahead; /* the one with number ahead_index, */
    size_t ahead_index;          /* plus 1; 0: none was read so far */
    struct conversation captured;
};

struct replay_peer {
    struct replay_params params;
    const struct capture *capture;
    struct frame_pool *pool;
    struct frame_sink uplink;
    const struct waker *waker;
    const struct probe *probe;
    struct state_store *convs; /* of struct replay_conv */
    size_t conv_count;
    size_t open_count; /* not done */
    struct tuple_table tuples;
    struct conv_queue queue;
    struct conv_result result; /* the one that was asked for last */
    uint64_t uplink_free_ps;
    uint64_t segments_total, segments_done;
    struct replay_stats stats;
};

static inline uint64_t replay_near(uint64_t near, uint32_t isn, uint32_t number)
{
    return near + (uint64_t)(int64_t)(int32_t)(number - isn - (uint32_t)near);
}

#endif
