/*
 * Rules that say "within": what is late is found by a look at everything that waits, now and then,
 * and once more when the run ends.
 */
#ifndef TOESIM_CHECK_CHECK_WATCH_H
#define TOESIM_CHECK_CHECK_WATCH_H

#include <stdbool.h>
#include <stdint.h>

struct check;
struct probe_event;

/* Connections something is awaited of. One that is over is dropped at the next look. */
struct check_list {
    uint32_t *conns;
    uint32_t count, capacity;
};

/* Per connection: since when something is awaited; 0: nothing is. */
struct check_waits {
    uint64_t move_ps;   /* I-LIVE1: a move began */
    uint64_t told_ps;   /* I-TERM: it ended and the application was not told */
    uint64_t ack_ps;    /* I-DACK: in-order bytes are not acknowledged */
    uint64_t second_ps; /* I-DACK: nor are two segments of full size, since the last activation */
    uint64_t reload_ps; /* I-LIVE1: a context is on its way from or to a NIC */
    uint64_t write_ps;  /* I-DB: what the application has written is not told */
    uint64_t read_ps;   /* I-DB: nor what it has read */
    uint64_t shut_ps;   /* I-FINSEQ: nor that it sends nothing more */
    uint32_t told_prod; /* written so far, as its place knows */
    uint64_t probe_ps;  /* I-ZWP: data waits before a closed window and no timer runs */
    bool listed;
};

/* Puts the connection on the list, once. */
void check_watch_add(struct check *check, uint32_t conn);
/* Something is awaited since now, if it was not already. */
void check_watch_from(struct check *check, uint32_t conn, uint64_t *since_ps, uint64_t now_ps);
void check_watch_on_event(struct check *check, const struct probe_event *event);
/* Looks at what waits when it is time to, or `force`. */
void check_watch_look(struct check *check, uint64_t now_ps, bool force);

#endif
