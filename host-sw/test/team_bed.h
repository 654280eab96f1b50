/* The set-up of the team's tests: a server with two fake NICs, and an application that records
 * its calls. */
#ifndef TOESIM_HOST_TEST_TEAM_BED_H
#define TOESIM_HOST_TEST_TEAM_BED_H

#include "host-sw/dispatch/conn_api.h"
#include "host-sw/test/fake_nic.h"

enum { BED_EVENTS_MAX = 4096, BED_ISS = 5000, BED_RING_BYTES = 16 * 1024 };

struct bed {
    struct host_sw_params params;
    struct fake_nic *fake;
    struct host_sw *sw;
    struct probe probe;
    /* The data pointers in the events are not valid later. */
    struct probe_event events[BED_EVENTS_MAX];
    uint32_t event_count;
    /* The calls to the application. */
    bool refuse, busy;    /* busy means that it refuses only for now */
    uint8_t cookie_offer; /* bits of enum ctx_feature; 0 stands for the MSS alone */
    uint32_t cookie_syns, syns, established, readable, writable, peer_fins, closed, urgent, notices;
    enum nic_notice notice;
    enum nic_term_cause cause;
    uint8_t read[64 * 1024];
    uint32_t read_count;
    /* The connection that bed_open() made. */
    uint32_t conn, irs, iss;
    uint16_t gen;
};

/* Fills in the parameters, which a test may change before bed_start(). */
void bed_init(struct bed *bed);
void bed_start(struct bed *bed);
/* Stops the program, checks that every buffer came back, and frees everything. */
void bed_end(struct bed *bed);

/* Builds a segment of the client with source port 40000 + client. */
uint32_t bed_segment(uint8_t *frame, unsigned client, uint32_t seq, uint32_t ack, uint16_t flags,
                     const char *payload);
/* Gives such a segment to the host as a foreign frame of nic, and runs the host. */
uint64_t bed_foreign(struct bed *bed, unsigned nic, unsigned client, uint32_t seq, uint32_t ack,
                     uint16_t flags, const char *payload);
/* Gives the host a record of the connection of bed_open(), applied by nic. rcv and snd are
 * offsets in the streams. */
void bed_applied(struct bed *bed, unsigned nic, uint64_t frame_id, uint16_t gen, uint8_t flags,
                 uint32_t rcv, uint32_t snd);
/* Opens client 0 on nic 0 up to ESTABLISHED. One direct frame was applied. */
void bed_open(struct bed *bed);
/* Writes the image that the source's FREEZE would write, and completes the command. */
void bed_frozen(struct bed *bed, unsigned nic, const struct nic_cmd *freeze);
/* Runs a move from a foreign frame of client 0 on nic 1 to the completed FREEZE. Returns the
 * INSTALL. */
const struct nic_cmd *bed_move_to_install(struct bed *bed, const struct nic_cmd **reserve);
/* Runs the whole move to nic 1, where the held frame is applied. */
void bed_move(struct bed *bed);
void bed_terminated(struct bed *bed, unsigned nic, uint16_t gen, enum nic_term_cause cause);

struct dir_view bed_view(const struct bed *bed, size_t row);
uint32_t bed_probes(const struct bed *bed, enum probe_kind kind);
const struct probe_event *bed_last_probe(const struct bed *bed, enum probe_kind kind);
const struct host_sw_stats *bed_stats(const struct bed *bed);

#endif
