/*
 * A capture that has been read into conversations. Each conversation tells what either side sent, when, and which of
 * these bytes the other side acknowledged. The tests compare the classifier's counts with those of tshark.
 */
#ifndef TOESIM_TRACE_CAPTURE_H
#define TOESIM_TRACE_CAPTURE_H

#include "models/base/status.h"
#include "models/hwif/flow_key.h"
#include "models/trace/capture/left_out.h"
#include "models/trace/replay/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The two phases of capture_load(): it reads the file, and then it decides about the conversations. */
enum capture_phase { CAPTURE_READING, CAPTURE_DECIDING };

struct capture_params {
    uint64_t max_gap_ps; /* idle gaps of the merged timeline are clamped to this; 10 ms */
    uint32_t mtu_bytes;  /* larger segments are split */
    uint64_t frames_max; /* memory bounds; 0: default */
    uint64_t bytes_max;
    char interfaces[256];     /* names or numbers between commas: only their frames; empty: all */
    bool decap;               /* frames are taken out of tunnels (capture_decap.h) */
    bool captured_ports;      /* frames arrive at the NIC of the interface they were captured on */
    volatile const int *stop; /* null, or a flag that ends the reading when it is not 0 */
    /* Null, or a function that is called from time to time. While the file is read, `done` and `total` count bytes of
     * the stored file; `total` is 0 if the size is not known. While the conversations are decided, they count steps of
     * that work. */
    void (*on_progress)(void *self, enum capture_phase phase, uint64_t done, uint64_t total);
    void *progress_self;
    /* `copy_fd` is 0, or a file that receives a copy of an input that cannot be read twice, such as a pipe. The caller
     * closes it. If `copied` is true, the file already holds the copy, and `path` is used in messages only. */
    int copy_fd;
    bool copied;
    char port_of[256]; /* such as eth0=nic0,eth1=nic1; empty: the first two in the file */
};

void capture_params_default(struct capture_params *params);

/* One accepted segment of the remote side (the client), to be sent as captured. */
struct client_segment {
    uint64_t time_ps;  /* on the merged, clamped timeline; starts at 0 */
    uint32_t seq, ack; /* as captured */
    uint16_t flags, window, urgent;
    uint16_t interface; /* it was captured on */
    uint8_t options_len;
    uint8_t ttl;
    uint32_t payload_len;      /* capture_payload() has the bytes */
    uint32_t payload_captured; /* of these, in the capture */
    uint64_t payload_at;       /* a reference (payload.h) */
    uint64_t options_at;       /* of its options */
    int64_t stream_at;         /* of its first byte in the client's stream; INT64_MIN: in none */
    uint64_t acked_bytes;      /* of the client's stream, acknowledged in the capture before this */
    bool ahead;                /* captured out of order: bytes before it were not captured yet */
    bool ignored;              /* the captured server did not accept it: it defines nothing */
    bool false_sack;           /* its SACK blocks are not sent (segment_options.h) */
    uint8_t options[40];       /* the last member: it is read from the file when due */
};

/* The side of a conversation that sent the bytes. */
enum capture_side { CAPTURE_CLIENT, CAPTURE_SERVER };

enum app_step_kind { APP_SEND, APP_FIN, APP_RST };

/* One action of an application. The replay performs it after rx_bytes of the other side's stream were received, and
 * with peer_fin also the FIN behind them. Steps are in stream order. */
struct app_step {
    enum app_step_kind kind;
    uint64_t rx_bytes;
    bool peer_fin;
    uint64_t offset, len;    /* SEND: of its own stream */
    uint64_t tx_acked_bytes; /* RST: waits until these of its own bytes are acknowledged */
    uint64_t time_ps;        /* the client's: when it was captured first, on the timeline */
};

/* Where the ranges and the patches of a stream are (stream_map.h). */
struct stream_place {
    uint64_t ranges_at, patches_at;
    size_t range_count, patch_count;
};

struct conversation {
    struct flow_key key; /* as captured: local = server, remote = client; vlan already mapped */
    uint8_t client_mac[6];
    enum outcome partial; /* PARTIAL_NONE: complete; else why it is not */
    bool replayable;      /* SYN and SYN-ACK seen: is sent even when partial */
    bool reset;           /* ended by a reset (from either side) */
    bool reset_by_server;
    bool snap_cut; /* some payload is the pattern, not captured bytes */
    uint32_t client_isn, server_isn;
    uint16_t server_mss;     /* options of the captured SYN-ACK */
    uint8_t server_features; /* enum ctx_feature */
    uint8_t server_ws;
    uint64_t first_ps;
    uint64_t segments_at; /* capture_segment() has them */
    size_t segment_count;
    struct stream_place streams[2]; /* by enum capture_side: capture_stream() has the bytes */
    uint64_t client_bytes;          /* payload in order, without SYN and FIN */
    uint64_t client_acked;          /* of these, acknowledged in the capture */
    uint64_t server_bytes;
    uint64_t server_acked;
    bool server_fin;      /* the steps have a FIN */
    uint64_t steps_at[2]; /* by enum capture_side: capture_step() has them */
    size_t client_step_count, server_step_count;
};

struct capture_stats {
    uint64_t records; /* read from the file: used + joined + what is left out */
    uint64_t used;    /* of these, segments of conversations that are replayed */
    uint64_t joined;  /* and fragments of such a segment, the last one not counted */
    uint64_t left_out[LEFT_OUT_REASON_COUNT];
    uint64_t tcp_segments;   /* accepted */
    uint64_t split_segments; /* extra segments made by splitting oversize ones */
    /* Segments of replayable conversations that the receiver did not accept or that other segments contradict. */
    uint64_t ignored_segments;
    uint64_t repaired_checksums;
    uint64_t snap_cut;               /* segments some of whose payload is not in the file */
    uint64_t fragments, reassembled; /* IP fragments; TCP segments put together from them */
    uint64_t backward_stamps, clamped_gaps, vlan_stacks;
    /* Bytes of the stored TCP segments, in memory and on disk together, without payload: the most at any time of the
     * first pass, and those that the second pass reads. */
    uint64_t first_pass_bytes, second_pass_bytes;
    /* Bytes of the tuples and the conversations, in memory and on disk together, without their segments. */
    uint64_t conversation_bytes;
    uint64_t
        index_bytes; /* bytes that cannot leave memory: those of each conversation, and indexes of lists */
    uint64_t damaged_record; /* 1-based number of the record where the file is damaged; 0: sound */
    char damage[160];        /* what is wrong with that record */
};

struct capture; /* opaque */

/* Reads a pcap or pcapng file, plain or compressed with gzip. Returns null on failure and sets `err`, for example
 * because the file is missing, is no capture or has an unknown link type. If a file is damaged in the middle, the
 * records before the damage are loaded and damaged_record tells where it is. capture_destroy() frees the result. */
struct capture *capture_load(const char *path, const struct capture_params *params,
                             struct error *err);
void capture_destroy(struct capture *capture);

#ifdef __cplusplus
}
#endif

#endif
