#include "host-sw/conn/conn_list.h"

#include <assert.h>

static struct conn_link *link_of(const struct conn_list *list, uint32_t conn)
{
    assert(conn != CONN_LIST_NONE);
    return (struct conn_link *)(void *)(list->first_link + conn * list->stride);
}

void conn_list_init(struct conn_list *list, struct conn_link *first_link, size_t stride)
{
    assert(first_link && stride >= sizeof *first_link);
    *list = (struct conn_list){.first_link = (char *)first_link,
                               .stride = stride,
                               .head = CONN_LIST_NONE,
                               .tail = CONN_LIST_NONE};
}

bool conn_list_has(const struct conn_list *list, uint32_t conn)
{
    return link_of(list, conn)->listed;
}

void conn_list_add(struct conn_list *list, uint32_t conn)
{
    struct conn_link *link = link_of(list, conn);
    assert(!link->listed);
    *link = (struct conn_link){.prev = list->tail, .next = CONN_LIST_NONE, .listed = true};
    if (list->tail == CONN_LIST_NONE)
        list->head = conn;
    else
        link_of(list, list->tail)->next = conn;
    list->tail = conn;
    list->count++;
}

bool conn_list_remove(struct conn_list *list, uint32_t conn)
{
    struct conn_link *link = link_of(list, conn);
    if (!link->listed)
        return false;
    assert(list->count > 0);
    if (link->prev == CONN_LIST_NONE)
        list->head = link->next;
    else
        link_of(list, link->prev)->next = link->next;
    if (link->next == CONN_LIST_NONE)
        list->tail = link->prev;
    else
        link_of(list, link->next)->prev = link->prev;
    *link = (struct conn_link){0};
    list->count--;
    return true;
}

uint32_t conn_list_next(const struct conn_list *list, uint32_t conn)
{
    assert(conn_list_has(list, conn));
    return link_of(list, conn)->next;
}
