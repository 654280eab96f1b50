/*
 * What a program for the server must do for the rest of the simulator. The server runs one of them. The functions of
 * host-sw/server/host_sw.h and host-sw/dispatch/conn_api.h say what each operation means, and call the operations of the
 * program that they are given.
 */
#ifndef TOESIM_HOST_TYPES_PROGRAM_H
#define TOESIM_HOST_TYPES_PROGRAM_H

#include "host-sw/types/application.h"
#include "host-sw/types/dir_view.h"
#include "host-sw/types/server_stats.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct host_sw; /* opaque; each program defines its own, and begins it with struct program */
struct host_tcp_stats;
struct ip_reassembly_stats;
struct nic_error_counts;

/* The account of one kind of resource: the number that its owner has given out (kept), and the number that its users
 * have (claimed), counted one by one. */
struct host_sw_account {
    const char *what; /* static text, plural */
    uint64_t kept, claimed;
};
enum { HOST_SW_ACCOUNTS_MAX = 24 };

/* The calls of the application on its connections. None may be null. */
struct program_conn_ops {
    uint32_t (*readable)(const struct host_sw *sw, uint32_t conn);
    uint32_t (*read)(struct host_sw *sw, uint32_t conn, void *buffer, uint32_t len);
    uint32_t (*unacked)(const struct host_sw *sw, uint32_t conn);
    uint32_t (*writable)(const struct host_sw *sw, uint32_t conn);
    uint32_t (*write)(struct host_sw *sw, uint32_t conn, const void *bytes, uint32_t len);
    void (*close)(struct host_sw *sw, uint32_t conn);
    void (*set)(struct host_sw *sw, uint32_t conn, const struct app_accept *options);
    int (*connect)(struct host_sw *sw, const struct host_connect *request, uint32_t *conn);
    void (*abort)(struct host_sw *sw, uint32_t conn);
    void (*view)(const struct host_sw *sw, uint32_t conn, struct dir_view *view);
    enum tcp_state (*tcp_state)(const struct host_sw *sw, uint32_t conn);
};

struct program_ops {
    void (*destroy)(struct host_sw *sw);
    void (*main)(struct host_sw *sw);
    void (*stop)(struct host_sw *sw);
    bool (*is_up)(const struct host_sw *sw, unsigned nic);
    const struct host_sw_stats *(*stats)(const struct host_sw *sw);
    uint64_t (*transfers_open)(const struct host_sw *sw, enum transfer_kind kind);
    size_t (*rows)(const struct host_sw *sw);
    void (*row)(const struct host_sw *sw, size_t row, struct dir_view *view);
    uint64_t (*entry_address)(const struct host_sw *sw, uint32_t conn);
    const struct program_conn_ops *conn;
    /* A program may leave the rest null. Then it cannot do that, and its counts are zero. */
    bool (*set_active)(struct host_sw *sw, unsigned nic, uint64_t now_ps);
    void (*request_place)(struct host_sw *sw, uint32_t conn, bool on_host);
    const struct nic_error_counts *(*errors)(const struct host_sw *sw, unsigned nic);
    uint64_t (*challenges_refused)(const struct host_sw *sw);
    const struct ip_reassembly_stats *(*fragment_stats)(const struct host_sw *sw);
    const struct host_tcp_stats *(*tcp_stats)(const struct host_sw *sw);
    size_t (*audit)(const struct host_sw *sw, bool at_rest, struct host_sw_account *accounts);
    uint64_t (*memory_pages)(const struct host_sw *sw);
    bool (*waits)(const struct host_sw *sw); /* NICs may still complete commands, or be lost */
};

/* The first member of every program's struct host_sw. */
struct program {
    const struct program_ops *ops;
};

#endif
