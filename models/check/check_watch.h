/*
 * Rules with a time limit. From time to time, and once more at the end of the run, the checker looks at every
 * connection that waits for something and reports those that have waited too long.
 */
#ifndef TOESIM_CHECK_CHECK_WATCH_H
#define TOESIM_CHECK_CHECK_WATCH_H

#include <stdbool.h>
#include <stdint.h>

struct check;
struct probe_event;

/* The connections that wait for something. A connection that no longer waits leaves the list at the next look. */
struct check_list {
    uint32_t *conns;
    uint32_t count, capacity;
};

/* When each wait of one connection began, in picoseconds; 0 if the connection does not wait for this. */
struct check_waits {
    uint64_t move_ps;    /* I-LIVE1: a move has begun and not ended */
    uint64_t notice_ps;  /* I-TERM: the connection ended and the application was not notified */
    uint64_t ack_ps;     /* I-DACK: in-order bytes are not acknowledged */
    uint64_t second_ps;  /* I-DACK: two full-sized segments are not acknowledged since activation */
    uint64_t reload_ps;  /* I-LIVE1: a context is on its way from or to a NIC */
    uint64_t write_ps;   /* I-DB: the owner does not know of all written bytes */
    uint64_t read_ps;    /* I-DB: the owner does not know of all read bytes */
    uint64_t shut_ps;    /* I-FINSEQ: the owner has not queued the FIN of a shutdown */
    uint32_t owner_prod; /* the TX producer index that the owner knows */
    uint64_t probe_ps;   /* I-ZWP: data waits before a closed window and no timer runs */
    bool listed;
};

/* Puts the connection on the list if it is not there yet. */
void check_watch_add(struct check *check, uint32_t conn);
/* Starts the wait *since_ps of the connection at now_ps if it has not begun yet. */
void check_watch_from(struct check *check, uint32_t conn, uint64_t *since_ps, uint64_t now_ps);
void check_watch_on_event(struct check *check, const struct probe_event *event);
/* Looks at everything that waits if the interval between looks is over, or if `force` is set at the end of a run. */
void check_watch_look(struct check *check, uint64_t now_ps, bool force);

#endif
