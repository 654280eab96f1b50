/* Private to models/check: what the rules remember. */
#ifndef TOESIM_CHECK_CHECK_STATE_H
#define TOESIM_CHECK_CHECK_STATE_H

#include "models/base/move_event.h"
#include "models/check/check.h"
#include "models/check/check_carry.h"
#include "models/check/check_fate.h"
#include "models/check/check_flow.h"
#include "models/check/check_hold.h"
#include "models/check/check_idle.h"
#include "models/check/check_move.h"
#include "models/check/check_order.h"
#include "models/check/check_report.h"
#include "models/check/check_rxif.h"
#include "models/check/check_sent.h"
#include "models/check/check_seq.h"
#include "models/check/check_term.h"
#include "models/check/check_time_wait.h"
#include "models/check/check_watch.h"
#include "models/check/check_wire.h"
#include "models/check/id_set.h"
#include "models/check/seq_set.h"
#include "models/check/violation.h"
#include "models/hwif/conn_ctx.h"
#include "models/hwif/nic_bus.h"
#include "models/wire/packet.h"

enum { CHECK_HISTORY = 1 << 15, CHECK_REPORT_MAX = 8192 };

struct check_conn {
    bool open;
    bool ever_active;
    uint64_t opened_ps;
    bool fin_seen; /* a frame with the peer's FIN was applied */
    bool image_valid;
    uint8_t own[PLACE_COUNT]; /* enum own_state; the host's own TCP is a place as well */
    uint16_t own_gen[PLACE_COUNT];
    uint16_t last_gen;
    uint16_t refused; /* generations after that one whose INSTALL failed */
    bool irs_known;   /* of a connection the server opens: with the peer's SYN */
    uint32_t irs, iss;
    uint32_t writes_pending[PLACE_COUNT]; /* receive writes handed to PCIe and not yet visible */
    uint32_t writes_queued[PLACE_COUNT];  /* those of them not issued yet */
    bool soft_error[PLACE_COUNT];         /* injected since it last left that place */
    uint64_t app_offset;
    uint32_t wire_max; /* highest sequence number plus length ever built */
    struct seq_set written, visible;
    struct sent_bytes sent;
    struct told told;
    struct conn_ctx image;      /* last extracted */
    struct move_trigger wanted; /* of the newest decision to move it */
    struct check_move move;
    uint64_t own_since_ps[PLACE_COUNT]; /* time of the newest OWN_STATE */
    uint64_t decided_ps[PLACE_COUNT];   /* ... verdict or drop of a frame */
    uint64_t written_ps[PLACE_COUNT];   /* ... receive write that was issued */
    uint64_t built_ps[PLACE_COUNT];     /* ... frame that was built */
    uint16_t built_gen[PLACE_COUNT];    /* its generation */
    uint64_t built_count[PLACE_COUNT];  /* frames built there since it became active */
    uint64_t tx_last[NIC_COUNT];        /* number of the last frame built there (check_order.h) */
    struct check_carry carry;
    struct check_flow flow;
    struct check_hold hold;
    struct check_idle idle;
    struct check_sent out;
    struct check_term term;
    struct check_time_wait wait;
    struct check_waits waits;
    uint64_t heard_ps; /* MAC time of the newest frame of it that the host has looked at */
    uint8_t heard_nic; /* which NIC received that one; PLACE_COUNT: two at one time */
    bool cut_valid;    /* ssthresh was cut, until cut_end is acknowledged */
    uint32_t cut_end;
    uint64_t persist_ps; /* when the persist timer was started last */
};

/* Frames between the MAC and their verdict: open addressing on the frame id. */
struct frame_fate {
    uint64_t
        id; /* 0: empty; removed entries keep their id with done set until the table is rebuilt */
    uint8_t nic;
    bool done;
    bool stored;                                     /* RXIF_STORED seen */
    bool fin;                                        /* carries the peer's FIN */
    uint32_t used_conn;                              /* of RECORD_USED, with its time */
    uint64_t rx_ps, foreign_ps, visible_ps, used_ps; /* foreign: the NIC's lookup said so (T1) */
    enum check_place place;
    bool held; /* the host keeps it */
    uint32_t bytes;
    uint32_t conn;     /* by its addresses, or whoever holds it */
    uint64_t waits_ps; /* since a NIC said that it is not its own, until its verdict; 0 */
};

struct check {
    struct check_params params;
    struct check_conn **conns; /* made at CONN_OPEN */
    uint32_t conn_end;         /* one past the highest id that was opened */
    bool fenced[PLACE_COUNT];  /* the host never is */
    bool ever_fenced[PLACE_COUNT];
    uint64_t rung_ps[PLACE_COUNT]; /* last doorbell of its commands */
    uint64_t link_ps[PLACE_COUNT]; /* last change of the link, as the NIC was told */
    struct id_set triggers;        /* frames that have triggered a move */
    struct check_transfers transfers[TRANSFER_KIND_COUNT]; /* open is not kept */
    uint32_t *flows;                                       /* heads of chains, conn_max of them */
    /* The frame of the event at hand. */
    struct packet packet;
    bool has_packet;      /* it is TCP */
    uint32_t packet_conn; /* of FRAME_RX */
    bool fragments;       /* some came: what is in them is not seen at the tap */
    struct check_list watched;
    uint64_t next_look_ps, next_idle_ps, next_due_ps;
    uint32_t moves_open; /* under way */
    struct check_rxif rxif;
    struct check_tx_queue tx_queue[NIC_COUNT];
    uint64_t hold_bytes;
    uint64_t violations[INVARIANT_COUNT];
    uint64_t history_count;
    struct probe_event *history;
    struct frame_fate *fates;
    size_t fate_capacity, fate_used, fate_open, in_flight;
    size_t fate_foreign;          /* frames with a waits_ps and no verdict */
    struct check_violation first; /* its key is null: none */
    char report[CHECK_REPORT_MAX];
};

static inline struct check_conn *check_conn_of(struct check *check, const struct probe_event *event)
{
    return event->conn < check->params.conn_max ? check->conns[event->conn] : NULL;
}

/* Sequence comparison modulo 2^32 (RFC 9293 3.4). */
static inline bool seq_before(uint32_t a, uint32_t b) { return (int32_t)(a - b) < 0; }

#endif
