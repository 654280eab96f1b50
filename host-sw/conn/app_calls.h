/* What the application is told, behind the records. */
#ifndef TOESIM_HOST_CONN_APP_CALLS_H
#define TOESIM_HOST_CONN_APP_CALLS_H

#include <stdbool.h>

struct host_sw;
struct dir_entry;

enum app_call {
    APP_CALL_ESTABLISHED = 1,
    APP_CALL_READABLE = 2,
    APP_CALL_WRITABLE = 4,
    APP_CALL_PEER_FIN = 8,
    APP_CALL_URGENT = 16,
};
void app_calls_note(struct host_sw *sw, struct dir_entry *entry, unsigned calls);
/* All that was noted of this one, now: before the application is told of its end. */
void app_calls_make(struct host_sw *sw, struct dir_entry *entry);
/* Of all connections in turn, as much as belongs into one step. True: something was to be told. */
bool app_calls_run(struct host_sw *sw);

#endif
