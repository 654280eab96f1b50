/* The parameters of the server's software. */
#ifndef TOESIM_HOST_TYPES_SERVER_PARAMS_H
#define TOESIM_HOST_TYPES_SERVER_PARAMS_H

#include "host-sw/policy/move_owner.h"
#include "host-sw/policy/policy.h"
#include "host-sw/types/mode_list.h"
#include "models/tcp/tcp.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How the driver makes sure that a NIC that does not answer has stopped (host-sw/team/fence.h). */
enum team_fence { TEAM_FENCE_LINK_DISABLE, TEAM_FENCE_HEARTBEAT };

/* Which connections NICs take; the others run in the host's own TCP. */
enum offload_policy { OFFLOAD_ALL, OFFLOAD_NONE, OFFLOAD_PORTS };

/* The treatment of SYNs beyond the limit of embryonic connections: they are dropped, or answered with SYN cookies
 * (RFC 4987). */
enum syn_cookies { SYN_COOKIES_OFF, SYN_COOKIES_AUTO, SYN_COOKIES_ALWAYS };

/* Ranges of local ports, for OFFLOAD_PORTS. */
enum { PORT_RANGES_MAX = 8 };
struct port_ranges {
    uint32_t count;
    struct {
        uint16_t first, last;
    } range[PORT_RANGES_MAX];
};

/* The program that the server runs. */
enum server_program { SERVER_PROGRAM_TEAM, SERVER_PROGRAM_MINIMAL };

struct host_sw_params {
    enum server_program program; /* SERVER_PROGRAM_TEAM */
    enum team_mode mode;
    uint8_t mac[6];   /* the team's one MAC address */
    uint8_t ipv4[16]; /* as ::ffff:a.b.c.d */
    uint8_t ipv6[16];
    uint32_t mtu_bytes;
    uint32_t conn_max;               /* connection ids, at most 65,536 */
    uint32_t ring_bytes;             /* in each direction, a power of two: 512 KiB */
    uint64_t idle_ps;                /* silence after which a connection rests: 60 s; 0: never */
    uint64_t scan_period_ps;         /* between two idle scans; 0: idle_ps / 8 */
    uint64_t move_deadline_ps;       /* 1 ms; a move that takes longer is counted as late */
    uint32_t hold_frames_per_conn;   /* at most so many are held: 64 */
    uint64_t hold_bytes_total;       /* at most so many are held: 64 MiB */
    uint32_t moves_outstanding_max;  /* moves under way at a time, at most */
    bool moving_enabled;             /* false: as if mechanism were forward */
    uint8_t mechanism;               /* of moves from NIC to NIC: index in mechanism_table */
    char policies[POLICY_NAMES_MAX]; /* asked in this order: names between commas */
    alignas(8) unsigned char own[MOVE_OWN_BYTES]; /* values of the keys of both */
    enum offload_policy offload;                  /* which connections NICs get: OFFLOAD_ALL */
    struct port_ranges offload_ports;             /* the local ports that OFFLOAD_PORTS takes */
    enum syn_cookies syn_cookies;                 /* when the host sends them: SYN_COOKIES_AUTO */
    uint32_t syn_backlog; /* connections opened by a peer and not established yet, at most: 4,096 */
    uint32_t
        offload_out_of_order_max; /* drops as tcp_ooo_full after which the host takes it; 0: never */
    uint32_t challenge_rate; /* challenge ACKs of the whole server per second: 1,000; 0: no limit */
    uint32_t
        offload_fragments_max;    /* reassembled segments after which the host takes it; 0: never */
    uint32_t fragment_datagrams;  /* reassembled at the same time: 64; 0: fragments are dropped */
    uint64_t fragment_timeout_ps; /* after the first fragment: 30 s */
    uint32_t offload_max; /* connections that NICs have at once, 65,536; more run on the host */
    bool hard_images;     /* moves from NIC to NIC carry the hard subset of the context alone */
    bool pushes_commands; /* false: the NICs fetch them from their rings */
    uint32_t ring_log2_cmd, ring_log2_record, ring_log2_event, ring_log2_buffer;
    uint64_t isn_seed;     /* key of the ISN hash (RFC 6528) */
    uint64_t heartbeat_ps; /* between two heartbeats; 0: none */
    enum team_fence fence;
    uint64_t clock_period_ps;    /* NICs with clocks of their own are set so often: 1 ms */
    uint64_t command_timeout_ps; /* a NIC that completes no command for so long is lost; 0: never */
    uint32_t cores;              /* of the machine, 1 to HOST_CORES_MAX: 1 */
    bool poll;                   /* the driver polls the rings and requests no interrupts */
    bool poll_transfers;         /* the driver does so while a transfer is under way */
    struct tcp_params tcp;
};

/* Fills in the default of every parameter. */
void host_sw_params_default(struct host_sw_params *params);

#ifdef __cplusplus
}
#endif

#endif
