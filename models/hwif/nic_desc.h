/*
 * The structures that host and NIC exchange through host memory: commands, receive records, events and buffers. The
 * connection doorbell is here as well. Little endian, fixed sizes. Entry i of a ring of n = 2^log2 entries is
 * at base + (i mod n) * size. An entry that the NIC writes is valid when its phase equals
 * 1 - (i / n) mod 2, so that zeroed memory is invalid on the first lap.
 */
#ifndef TOESIM_HWIF_NIC_DESC_H
#define TOESIM_HWIF_NIC_DESC_H

#include "models/hwif/flow_key.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum nic_cmd_op {
    NIC_CMD_NOP = 0, /* completes */
    /* Keep a lookup slot for (conn, gen). The tuple is in the constant line of the image, or in the command. */
    NIC_CMD_RESERVE = 1,
    NIC_CMD_INSTALL = 2,   /* read image, activate as generation gen, inject held frames in order */
    NIC_CMD_FREEZE = 3,    /* stop (conn, gen), drain, write image to `image`, complete */
    NIC_CMD_RELEASE = 4,   /* forget tombstone or reservation of (conn, gen); tuple as RESERVE */
    NIC_CMD_RX_INJECT = 5, /* process the frame at list as if received on this NIC */
    NIC_CMD_TX_FRAME = 6,  /* send the frame at list as it is (host stack's frames) */
    NIC_CMD_ABORT = 7,     /* send a reset for (conn, gen) and remove it */
    /* 8 is free. */
    /* An ICMP error about (conn, gen): notice, MTU in count, quoted sequence number in tx_prod.
     * NIC_RESULT_STALE: the engine does not believe it. */
    NIC_CMD_ICMP = 9,
    /* Options of (conn, gen): struct nic_options in the bytes of image and list. */
    NIC_CMD_SET = 10,
    NIC_CMD_HELD = 11, /* the list of held frames of a granted INSTALL of (conn, gen) */
    /* FREEZE, or INSTALL, for each connection of a list: struct nic_cmd[count] at `list`, 1 to NIC_LIST_MAX of them.
     * Their results go to struct nic_list_result[count] at `image`, before the one completion. */
    NIC_CMD_FREEZE_LIST = 14,
    NIC_CMD_INSTALL_LIST = 15,
};

enum nic_cmd_flag {
    NIC_CMD_FLAG_NO_COMPLETION = 1 << 0, /* event only on failure */
    NIC_CMD_FLAG_FIN = 1 << 1,           /* INSTALL: application has closed: FIN at tx_prod */
    NIC_CMD_FLAG_KEEP_IMAGE = 1 << 2,    /* FREEZE for inactivation: as FREEZE, counted apart */
    /* ICMP: a hard error (RFC 9293 3.9.2.2). FREEZE, INSTALL: of the image, only lines 0, 1 and 4 are written or read. */
    NIC_CMD_FLAG_HARD = 1 << 3,
    NIC_CMD_FLAG_SLOT = 1 << 4, /* INSTALL: the image is in image slot `slot` */
    NIC_CMD_FLAG_PEER = 1 << 5, /* FREEZE: write the image to the bus address in `list` too */
    /* RESERVE, RELEASE: the command has the tuple itself (nic_tuple_to_cmd()), and `image` has no meaning. Only for NICs
     * with NIC_CAPABILITY_TUPLE. */
    NIC_CMD_FLAG_TUPLE = 1 << 6,
    /* Lists: only the entries of the lookup table. FREEZE_LIST is a list of RELEASE, INSTALL_LIST one of RESERVE. */
    NIC_CMD_FLAG_LOOKUP = 1 << 7,
};

/* 64 bytes. Times are simulated picoseconds as the NICs' common clock. */
struct nic_cmd {
    uint8_t op; /* enum nic_cmd_op */
    uint8_t flags;
    uint16_t gen;
    uint32_t conn;
    uint64_t image;       /* host address of the 320-byte image, 64-byte aligned */
    uint64_t list;        /* INSTALL: struct nic_held[count]; RX_INJECT, TX_FRAME: the frame */
    uint32_t count;       /* INSTALL: held frames; RX_INJECT, TX_FRAME: frame bytes */
    uint32_t cookie;      /* comes back in the completion */
    uint32_t tx_prod;     /* INSTALL: newest application write */
    uint32_t rx_consumed; /* INSTALL: newest application read */
    /* RX_INJECT: MAC time of the frame; INSTALL with SLOT: until when it waits for the image */
    uint64_t frame_time_ps;
    uint64_t frame_id;  /* RX_INJECT: number of the frame (tracing) */
    uint8_t frame_port; /* RX_INJECT: NIC that received it; FREEZE with PEER: the new owner */
    uint8_t notice;     /* ICMP: enum nic_notice; FREEZE with PEER: enum move_reason */
    uint8_t slot;       /* INSTALL with NIC_CMD_FLAG_SLOT: number of the image slot */
    uint8_t reserved[5];
};
static_assert(sizeof(struct nic_cmd) == 64, "nic_cmd layout");

enum { NIC_LIST_MAX = 32 }; /* entries of a list at most */

/* The result of one entry of a list. 32 bytes. */
struct nic_list_result {
    uint8_t result; /* enum nic_result */
    uint8_t reserved;
    uint16_t gen; /* conn and gen are those of the entry */
    uint32_t conn;
    uint64_t frozen_ps; /* FREEZE: as in the event */
    uint64_t drained_ps;
    uint64_t reserved2;
};
static_assert(sizeof(struct nic_list_result) == 32, "nic_list_result layout");

enum nic_option_flag {
    NIC_OPTION_NODELAY = 1 << 0,   /* Nagle is off */
    NIC_OPTION_KEEPALIVE = 1 << 1, /* RFC 9293 3.8.4 */
    NIC_OPTION_CORK = 1 << 2,      /* only full segments, until this is taken back */
};

/* The options that an application may set on its connection at any time. One command sets all of them. */
struct nic_options {
    uint8_t flags;              /* enum nic_option_flag */
    uint8_t tos;                /* DSCP in the upper six bits; the lower two are ECN's */
    uint16_t mss;               /* what is sent is no larger; 0: as negotiated */
    uint16_t user_timeout;      /* R2 in units of 100 ms (RFC 5482); 0: a count of the stack */
    uint16_t keepalive_idle;    /* seconds; 0: as the stack does */
    uint8_t keepalive_interval; /* seconds; 0: as the stack does */
    uint8_t keepalive_probes;   /* 0: as the stack does */
    uint8_t reserved[6];
};
static_assert(sizeof(struct nic_options) == 16, "nic_options layout");

static inline void nic_options_to_cmd(const struct nic_options *options, struct nic_cmd *cmd)
{
    memcpy(&cmd->image, options, sizeof cmd->image);
    memcpy(&cmd->list, (const uint8_t *)options + sizeof cmd->image, sizeof cmd->list);
}

static inline void nic_options_of_cmd(const struct nic_cmd *cmd, struct nic_options *options)
{
    memcpy(options, &cmd->image, sizeof cmd->image);
    memcpy((uint8_t *)options + sizeof cmd->image, &cmd->list, sizeof cmd->list);
}

/* A tuple in a command: the remote address takes the bytes of `image` and `list`, the local one those from tx_prod on, and
 * ports, VLAN and IP version those of frame_id, in the order of struct flow_key. */
static_assert(offsetof(struct nic_cmd, count) == offsetof(struct nic_cmd, image) + 16, "remote");
static_assert(offsetof(struct nic_cmd, frame_id) == offsetof(struct nic_cmd, tx_prod) + 16,
              "local");
static_assert(sizeof(struct flow_key) == offsetof(struct flow_key, lport) + 8, "the rest");

static inline void nic_tuple_to_cmd(const struct flow_key *key, struct nic_cmd *cmd)
{
    uint8_t *bytes = (uint8_t *)cmd;
    memcpy(bytes + offsetof(struct nic_cmd, image), key->raddr, sizeof key->raddr);
    memcpy(bytes + offsetof(struct nic_cmd, tx_prod), key->laddr, sizeof key->laddr);
    memcpy(&cmd->frame_id, &key->lport, sizeof cmd->frame_id);
    cmd->flags |= NIC_CMD_FLAG_TUPLE;
}

static inline void nic_tuple_of_cmd(const struct nic_cmd *cmd, struct flow_key *key)
{
    const uint8_t *bytes = (const uint8_t *)cmd;
    memcpy(key->raddr, bytes + offsetof(struct nic_cmd, image), sizeof key->raddr);
    memcpy(key->laddr, bytes + offsetof(struct nic_cmd, tx_prod), sizeof key->laddr);
    memcpy(&key->lport, &cmd->frame_id, sizeof cmd->frame_id);
    key->reserved = 0;
}

/* Problems that do not end a connection. NIC_EVENT_NOTICE and NIC_CMD_ICMP report them. */
enum nic_notice {
    NIC_NOTICE_NONE = 0,
    NIC_NOTICE_RETRANSMITTING = 1, /* R1 reached (RFC 9293 3.8.3) */
    NIC_NOTICE_NET_UNREACHABLE = 2,
    NIC_NOTICE_HOST_UNREACHABLE = 3,
    NIC_NOTICE_PROTOCOL_UNREACHABLE = 4,
    NIC_NOTICE_PORT_UNREACHABLE = 5,
    NIC_NOTICE_PROHIBITED = 6,
    NIC_NOTICE_TIME_EXCEEDED = 7,
    NIC_NOTICE_PARAMETER_PROBLEM = 8,
    NIC_NOTICE_PATH_MTU = 9, /* the MSS was lowered */
    NIC_NOTICE_COUNT,
};

/* One held frame of an INSTALL. 32 bytes. */
struct nic_held {
    uint64_t frame; /* host address */
    uint64_t frame_time_ps;
    uint64_t frame_id;
    uint32_t bytes;
    uint8_t port;
    uint8_t reserved[3];
};
static_assert(sizeof(struct nic_held) == 32, "nic_held layout");

/* The engine's decision on a received frame. Each received frame gets exactly one final verdict:
 * foreign ones get theirs when they are injected or dropped. */
enum nic_verdict {
    NIC_VERDICT_NONE = 0,
    NIC_VERDICT_APPLIED = 1,  /* changed the connection or was a valid ACK */
    NIC_VERDICT_DROPPED = 2,  /* discarded by TCP's rules; reason holds enum drop_reason */
    NIC_VERDICT_NOT_MINE = 3, /* foreign: no entry; frame is in a host buffer */
    NIC_VERDICT_MOVED = 4,    /* foreign: tombstone, or freezing or frozen here */
    NIC_VERDICT_RESERVED = 5, /* foreign: being installed here */
    NIC_VERDICT_STALE_INJECT =
        6, /* an injected frame's (conn, gen) is not active here: host's again */
};

enum nic_record_flag {
    NIC_RECORD_PHASE = 1 << 0,
    NIC_RECORD_INJECTED = 1 << 1,     /* came by RX_INJECT or as a held frame */
    NIC_RECORD_ESTABLISHED = 1 << 2,  /* this frame completed the handshake */
    NIC_RECORD_PEER_FIN = 1 << 3,     /* rcv_nxt covers the peer's FIN */
    NIC_RECORD_CHECKSUMS_OK = 1 << 4, /* IP and TCP checksums were verified */
    NIC_RECORD_IS_TCP = 1 << 5,       /* foreign frame: it is an unfragmented TCP segment to us */
    NIC_RECORD_URGENT = 1 << 6,       /* the peer announced urgent data (RFC 9293 MUST-32) */
};

/* One per received frame that belongs to an offloaded connection or goes to the host. 64 bytes. */
struct nic_record {
    uint32_t conn; /* foreign: the id the NIC knows, else 0xffffffff */
    uint16_t gen;
    uint8_t nic;       /* NIC_REG_NIC_ID of the port that physically received the frame */
    uint8_t verdict;   /* enum nic_verdict */
    uint8_t flags;     /* enum nic_record_flag; written last */
    uint8_t tcp_state; /* enum tcp_state after the frame */
    uint16_t reason;   /* enum drop_reason */
    uint32_t bytes;    /* frame bytes, no FCS */
    uint64_t mac_time_ps;
    uint64_t frame_id; /* number of the frame (tracing) */
    uint64_t buffer;   /* foreign: host address of the whole frame; else 0 */
    uint32_t rcv_nxt;  /* in-order bytes in the receive ring end here */
    uint32_t snd_una;  /* transmit ring is free up to here */
    uint32_t snd_wnd;
    uint32_t l4_offset; /* foreign: offset of the TCP header in the frame; 0: not TCP */
    /* Like rcv_nxt, of the connection after the frame, from SYN_RCVD on: what the context of a dead NIC is rebuilt from. */
    union {
        uint32_t ts_recent;
        uint32_t
            flow_hash; /* foreign, and TCP: the hash of its tuple, if NIC_REG_FLOW_HASH is 1; else 0 */
    };
    uint16_t mss;
    uint8_t scales;   /* snd_ws in bits 3:0, rcv_ws in bits 7:4 */
    uint8_t features; /* enum ctx_feature */
};
static_assert(sizeof(struct nic_record) == 64, "nic_record layout");

enum nic_event_kind {
    NIC_EVENT_NONE = 0,
    NIC_EVENT_CMD_DONE = 1,   /* a command ended; result, cookie */
    NIC_EVENT_TERMINATED = 2, /* connection ended prematurely; cause in detail */
    NIC_EVENT_CLOSED = 3,     /* orderly end; context removed; a = snd_nxt, b = rcv_nxt;
                                 detail = enum tcp_state: TCP_CLOSED or TCP_TIME_WAIT */
    NIC_EVENT_STALE_DOORBELL =
        4,                   /* a doorbell of an old generation or absent connection was ignored */
    NIC_EVENT_LINK = 5,      /* a = 1 up, 0 down; link_ps */
    NIC_EVENT_NOTICE = 7,    /* detail = enum nic_notice; the connection goes on */
    NIC_EVENT_NO_BUFFER = 6, /* frames for the host were lost; a = how many so far */
};

enum nic_result {
    NIC_RESULT_OK = 0,
    NIC_RESULT_STALE = 1,       /* generation or connection not as the cache knows it */
    NIC_RESULT_ABSENT = 2,      /* not here (any more): ended before the command */
    NIC_RESULT_FULL = 3,        /* no lookup slot, or none for this tuple */
    NIC_RESULT_DUPLICATE = 4,   /* the tuple or id is in use */
    NIC_RESULT_BAD_IMAGE = 5,   /* CRC, version or feature check failed */
    NIC_RESULT_UNSUPPORTED = 6, /* unknown command */
    NIC_RESULT_BAD_FRAME = 7,   /* RX_INJECT or TX_FRAME: length or content */
    NIC_RESULT_CTX_ERROR = 8,   /* FREEZE, ABORT, ICMP: the context has an uncorrectable error. The
                                   connection ends with NIC_TERM_CTX_ERROR (its own event); FREEZE
                                   wrote no image and leaves a tombstone */
    NIC_RESULT_NO_IMAGE = 9,    /* INSTALL: there is no whole image in the slot */
    NIC_RESULT_BUSY = 10,       /* INSTALL: another grant waits for the slot, or too many wait */
};

/* Why a connection ended prematurely. */
enum nic_term_cause {
    NIC_TERM_NONE = 0,
    NIC_TERM_REMOTE_RESET = 1,  /* valid reset from the peer */
    NIC_TERM_RTX_EXHAUSTED = 2, /* RFC 9293 R2 reached */
    NIC_TERM_KEEPALIVE = 3,     /* keepalive probes unanswered */
    NIC_TERM_CTX_ERROR = 4,     /* uncorrectable error in the context */
    NIC_TERM_LOCAL_ABORT = 5,   /* ABORT command */
    NIC_TERM_ENGINE_ERROR = 6,
    NIC_TERM_HANDSHAKE_TIMEOUT = 7, /* SYN_RCVD or SYN_SENT gave up */
    NIC_TERM_UNREACHABLE = 8,       /* no way to the peer, or a hard ICMP error, while it opens */
    NIC_TERM_PORT_UNREACHABLE = 9,  /* ICMP port unreachable while it opens: nobody listens there */
};

/* 64 bytes. */
struct nic_event {
    uint8_t kind;  /* enum nic_event_kind */
    uint8_t flags; /* bit 0: phase */
    uint16_t gen;
    uint32_t conn;
    uint8_t result; /* enum nic_result */
    uint8_t op;     /* CMD_DONE: enum nic_cmd_op */
    uint8_t detail; /* see the kinds */
    uint8_t nic;
    uint32_t cookie;
    uint32_t a;
    uint32_t b;
    uint64_t frozen_ps;  /* FREEZE: when the connection was frozen (T5) */
    uint64_t drained_ps; /* FREEZE: when its last DMA was done (T6) */
    uint32_t ts_recent;  /* CLOSED into TIME_WAIT: what RFC 6191 needs */
    uint32_t ts_offset;
    uint8_t features;
    uint8_t reserved[7];
    uint64_t link_ps; /* LINK: when it changed */
};
static_assert(sizeof(struct nic_event) == 64, "nic_event layout");

/* A buffer of NIC_BUFFER_BYTES that the driver provides for a whole frame. */
struct nic_buffer {
    uint64_t address;
};
enum { NIC_BUFFER_BYTES = 9216 + 64 };

enum nic_doorbell_kind {
    NIC_DOORBELL_TX = 1,  /* value = tx_prod: bytes up to here are in the transmit ring */
    NIC_DOORBELL_RX = 2,  /* value = rx_consumed: window may open */
    NIC_DOORBELL_FIN = 3, /* value = tx_prod: application closed, FIN follows it */
};

/* One 16-byte write to NIC_REG_CONN_DOORBELL. */
struct nic_doorbell {
    uint32_t conn;
    uint16_t gen;
    uint8_t kind; /* enum nic_doorbell_kind */
    uint8_t reserved;
    uint32_t value;
    uint32_t reserved2;
};
static_assert(sizeof(struct nic_doorbell) == 16, "nic_doorbell layout");

#endif
