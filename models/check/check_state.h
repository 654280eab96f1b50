/* Private to models/check: the state of the rules. */
#ifndef TOESIM_CHECK_CHECK_STATE_H
#define TOESIM_CHECK_CHECK_STATE_H

#include "models/base/move_event.h"
#include "models/check/check.h"
#include "models/check/check_flow.h"
#include "models/check/check_report.h"
#include "models/check/check_watch.h"
#include "models/check/host/check_fate.h"
#include "models/check/host/check_rxif.h"
#include "models/check/host/check_term.h"
#include "models/check/id_set.h"
#include "models/check/move/check_carry.h"
#include "models/check/move/check_given.h"
#include "models/check/move/check_hold.h"
#include "models/check/move/check_idle.h"
#include "models/check/move/check_move.h"
#include "models/check/seq_set.h"
#include "models/check/tcp/check_order.h"
#include "models/check/tcp/check_sent.h"
#include "models/check/tcp/check_seq.h"
#include "models/check/tcp/check_time_wait.h"
#include "models/check/tcp/check_wire.h"
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
    /* Enum own_state of each place; the host's own TCP is a place as well. */
    uint8_t own[PLACE_COUNT];
    uint16_t own_gen[PLACE_COUNT];
    uint16_t last_gen;
    uint16_t refused; /* number of generations after last_gen whose INSTALL failed */
    bool irs_known;   /* if the server opens the connection, known from the peer's SYN on */
    uint32_t irs, iss;
    uint32_t writes_pending[PLACE_COUNT]; /* receive writes handed to PCIe and not yet visible */
    uint32_t writes_queued[PLACE_COUNT];  /* those of them that are not yet issued */
    bool soft_error[PLACE_COUNT];         /* injected since the connection last left that place */
    uint64_t app_offset;
    uint32_t wire_max; /* highest sequence number plus length ever built */
    struct seq_set written, visible;
    /* The next image knows of no segment beyond a hole: its NIC died, or the mechanism does not carry them. */
    bool rebuilt;
    bool has_recorded;
    uint32_t recorded; /* highest rcv_nxt that host memory knows: from a record, or from an image */
    struct sent_bytes sent;
    struct check_announced announced;
    uint32_t checkpoint;        /* number of its newest checkpoint in host memory; 0: none */
    struct conn_ctx image;      /* the image that was extracted last */
    struct move_trigger wanted; /* reason of the newest decision to move it */
    struct check_move move;
    uint64_t own_since_ps[PLACE_COUNT]; /* time of the newest OWN_STATE */
    uint64_t decided_ps[PLACE_COUNT];   /* time of the newest verdict or drop of a frame */
    uint64_t written_ps[PLACE_COUNT];   /* time of the newest receive write that was issued */
    uint64_t built_ps[PLACE_COUNT];     /* time of the newest frame that was built */
    uint16_t built_gen[PLACE_COUNT];    /* generation of that frame */
    uint64_t built_count[PLACE_COUNT];  /* frames built there since it became active */
    uint64_t pushed_ps[PLACE_COUNT];    /* last INSTALL that was pushed to it */
    uint16_t pushed_gen[PLACE_COUNT];   /* generation of that INSTALL */
    uint64_t here_ps[PLACE_COUNT];      /* last image that was whole in a granted slot of it */
    uint16_t here_gen[PLACE_COUNT];     /* generation of that grant */
    uint64_t tx_last[NIC_COUNT];        /* number of the last frame built there (check_order.h) */
    struct check_carry carry;
    struct check_flow flow;
    struct check_given given;
    struct check_hold hold;
    struct check_idle idle;
    struct check_sent out;
    struct check_term term;
    struct check_time_wait wait;
    struct check_waits waits;
    uint64_t heard_ps; /* MAC time of its newest frame that the host has processed */
    uint8_t heard_nic; /* NIC that received that frame; PLACE_COUNT if both did at the same time */
    bool cut_valid;    /* ssthresh was reduced; valid until cut_end is acknowledged */
    uint32_t cut_end;
    uint64_t persist_ps; /* last start of the persist timer */
};

/* Frames between the MAC and their verdict, in a table with open addressing by frame id. */
struct frame_fate {
    uint64_t
        id; /* 0: empty; removed entries keep their id with done set until the table is rebuilt */
    uint8_t nic;
    bool done;
    bool stored;                                     /* an RXIF_STORED event was seen */
    bool fin;                                        /* the frame carries the peer's FIN */
    uint32_t used_conn;                              /* connection of the RECORD_USED event */
    uint64_t rx_ps, foreign_ps, visible_ps, used_ps; /* foreign: the NIC's lookup said so (T1) */
    enum check_place place;
    bool held;    /* the host holds the frame */
    bool foreign; /* a NIC has given the frame to the host */
    bool given;   /* its NIC gave it to the host for a reserved connection */
    uint16_t given_gen;
    uint32_t given_conn;
    uint32_t bytes;
    uint32_t conn; /* found by its addresses, or the connection that holds it */
    /* Time when a NIC reported the frame as foreign, until its verdict; otherwise 0. */
    uint64_t waits_ps;
};

struct check {
    struct check_params params;
    struct check_conn **conns; /* created at CONN_OPEN */
    uint32_t conn_end;         /* one past the highest id that was opened */
    bool fenced[PLACE_COUNT];  /* the host is never fenced */
    bool ever_fenced[PLACE_COUNT];
    uint64_t
        rung_ps[PLACE_COUNT]; /* last doorbell of the NIC's commands, or pushed list of INSTALLs */
    uint64_t link_ps[PLACE_COUNT]; /* last link change reported to the NIC */
    struct id_set triggers;        /* frames that have caused a move */
    struct check_transfers transfers[TRANSFER_KIND_COUNT]; /* `open` is not used */
    /* Heads of the chains, conn_max entries. */
    uint32_t *flows;
    /* The frame of the present event. */
    struct packet packet;
    bool has_packet;      /* the packet is TCP */
    uint32_t packet_conn; /* connection of a FRAME_RX event */
    bool fragments;       /* fragments have arrived, whose segments the tap does not see */
    struct check_list watched;
    uint64_t next_look_ps, next_idle_ps, next_due_ps;
    uint32_t moves_open; /* moves under way */
    struct check_rxif rxif;
    struct check_tx_queue tx_queue[NIC_COUNT];
    uint32_t
        undecided[NIC_COUNT]; /* frames that each NIC has received and that have no final verdict */
    uint64_t hold_bytes;
    uint64_t violations[INVARIANT_COUNT];
    uint64_t history_count;
    struct probe_event *history;
    struct frame_fate *fates;
    size_t fate_capacity, fate_used, fate_open, in_flight;
    size_t fate_foreign;          /* frames with waits_ps set and no verdict */
    struct check_violation first; /* its key is null if there is none */
    char report[CHECK_REPORT_MAX];
};

static inline struct check_conn *check_conn_of(struct check *check, const struct probe_event *event)
{
    return event->conn < check->params.conn_max ? check->conns[event->conn] : NULL;
}

/* Returns true if two times, of which one may be by the clock of a NIC, may be of the same moment. */
static inline bool check_is_same_time(const struct check *check, uint64_t a_ps, uint64_t b_ps)
{
    uint64_t apart_ps = a_ps < b_ps ? b_ps - a_ps : a_ps - b_ps;
    return apart_ps <= check->params.clock_error_ps;
}

/* Sequence comparison modulo 2^32 (RFC 9293 3.4). */
static inline bool seq_before(uint32_t a, uint32_t b) { return (int32_t)(a - b) < 0; }

#endif
