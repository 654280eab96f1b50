/*
 * A doubly linked list of connections, with the oldest one first. The links are members of the directory's
 * entries, so the list needs no memory of its own, and an entry can be removed in constant time.
 */
#ifndef TOESIM_HOST_CONN_CONN_LIST_H
#define TOESIM_HOST_CONN_CONN_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONN_LIST_NONE UINT32_MAX

/* The links of an entry in one list. An entry has one such member for each list. All members are zero while the entry
 * is not in the list. */
struct conn_link {
    uint32_t prev, next; /* connection ids; CONN_LIST_NONE at the ends */
    bool listed;
};

struct conn_list {
    char *first_link; /* the link of connection 0 */
    size_t stride;    /* distance between the links of two successive connections, in bytes */
    uint32_t head, tail;
    uint32_t count;
};

/* Makes an empty list. first_link is the link in element 0 of an array whose elements have `stride` bytes. */
void conn_list_init(struct conn_list *list, struct conn_link *first_link, size_t stride);

bool conn_list_has(const struct conn_list *list, uint32_t conn);

/* Adds conn as the youngest; it must not be in the list. */
void conn_list_add(struct conn_list *list, uint32_t conn);

/* Removes conn if it is in the list. Returns true if conn was in the list. */
bool conn_list_remove(struct conn_list *list, uint32_t conn);

/* Return the oldest and the youngest connection, or CONN_LIST_NONE if the list is empty. */
static inline uint32_t conn_list_first(const struct conn_list *list) { return list->head; }
static inline uint32_t conn_list_last(const struct conn_list *list) { return list->tail; }

/* Returns the next younger connection after conn, or CONN_LIST_NONE. conn must be in the list. */
uint32_t conn_list_next(const struct conn_list *list, uint32_t conn);

#endif
