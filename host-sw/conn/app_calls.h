/* Calls to the application, which are made after the records of a step have been read. */
#ifndef TOESIM_HOST_CONN_APP_CALLS_H
#define TOESIM_HOST_CONN_APP_CALLS_H

#include "host-sw/conn/conn_list.h"
#include "host-sw/types/application.h"
#include <stdbool.h>
#include <stdint.h>

struct host_sw;
struct dir_entry;

enum app_call {
    APP_CALL_ESTABLISHED = 1,
    APP_CALL_READABLE = 2,
    APP_CALL_WRITABLE = 4,
    APP_CALL_PEER_FIN = 8,
    APP_CALL_URGENT = 16,
};
/* The application, and the calls that it has not received yet. app_calls.c writes here, and so does the server where it
 * runs the application. */
struct app_state {
    const struct app_ops *ops;
    void *self;
    struct conn_list calls_due; /* connections with noted calls to the application */
    bool called;                /* the application was called in this step */
    uint64_t work;    /* work of the application's calls in this step, about in bytes copied */
    uint64_t next_ps; /* when on_run() is to be called again, or TIME_NEVER */
};

/* Notes calls (bits of enum app_call) that the application is to get for this connection. */
void app_calls_note(struct host_sw *sw, struct dir_entry *entry, unsigned calls);
/* Makes all noted calls of this connection now, because the application must get them before it is told that the
 * connection has ended. */
void app_calls_make(struct host_sw *sw, struct dir_entry *entry);
/* Makes the noted calls of all connections in turn, up to the work of one step. Returns true if any call was noted. */
bool app_calls_run(struct host_sw *sw);

#endif
