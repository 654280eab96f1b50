/*
 * The one kind of list of connections: doubly linked, threaded through the entries of the directory, so
 * that it needs no memory of its own and an entry leaves it in constant time. The oldest comes first.
 */
#ifndef TOESIM_HOST_CONN_CONN_LIST_H
#define TOESIM_HOST_CONN_CONN_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONN_LIST_NONE UINT32_MAX

/* The place of an entry in one list; all zero: in none. One member of the entry for each list. */
struct conn_link {
    uint32_t prev, next; /* connection ids; CONN_LIST_NONE at the ends */
    bool listed;
};

struct conn_list {
    char *first_link; /* that of connection 0 */
    size_t stride;    /* from the link of one connection to that of the next, in bytes */
    uint32_t head, tail;
    uint32_t count;
};

/* first_link: the list's link of entry 0 of an array whose elements have `stride` bytes. */
void conn_list_init(struct conn_list *list, struct conn_link *first_link, size_t stride);

bool conn_list_has(const struct conn_list *list, uint32_t conn);

/* Adds conn as the youngest; it must not be in the list. */
void conn_list_add(struct conn_list *list, uint32_t conn);

/* Takes conn out, if it is in the list. True: it was. */
bool conn_list_remove(struct conn_list *list, uint32_t conn);

/* The oldest and the youngest; CONN_LIST_NONE: the list is empty. */
static inline uint32_t conn_list_first(const struct conn_list *list) { return list->head; }
static inline uint32_t conn_list_last(const struct conn_list *list) { return list->tail; }

/* The next younger one than conn, which is in the list; or CONN_LIST_NONE. */
uint32_t conn_list_next(const struct conn_list *list, uint32_t conn);

#endif
