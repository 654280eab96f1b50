#include "host-sw/policy/policy.h"
#include "host-sw/policy/policy_table.h"

#include "host-sw/policy/move_owner.h"
#include "models/base/memory.h"
#include "models/base/units.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void *policy_conn(const struct policy *policy, uint32_t conn)
{
    assert(policy->conns);
    return policy->conns + conn * policy->ops->conn_priv_bytes;
}

bool policy_ask_move(const struct policy *policy, uint32_t conn, const struct move_trigger *why)
{
    return policy->server.move(policy->server.self, conn, why);
}

bool policy_ask_leave(const struct policy *policy, uint32_t conn)
{
    assert(policy->ops->on_stranded && policy->server.leave);
    return policy->server.leave(policy->server.self, conn);
}

static void *zeroed(size_t count, size_t bytes)
{
    if (bytes == 0)
        return NULL;
    void *memory = calloc(count, bytes);
    memory_check(memory);
    return memory;
}

static void add(struct policy_list *list, const struct policy_ops *ops, const unsigned char *values,
                uint32_t conn_max, struct policy_server server)
{
    assert(ops && list->count < POLICIES_MAX);
    list->policies[list->count++] = (struct policy){.ops = ops,
                                                    .values = move_owner_values(&ops->own, values),
                                                    .priv = zeroed(1, ops->priv_bytes),
                                                    .conns = zeroed(conn_max, ops->conn_priv_bytes),
                                                    .server = server};
}

static uint64_t next_of(const struct policy *policy)
{
    return policy->ops->next_ps ? policy->ops->next_ps(policy) : TIME_NEVER;
}

/* Called after every call of a policy, because a policy can change its time in any of them. */
static void note_next(struct policy_list *list)
{
    list->next_ps = TIME_NEVER;
    for (uint32_t i = 0; i < list->count; i++)
        list->next_ps = u64_min(list->next_ps, next_of(&list->policies[i]));
}

void policy_list_init(struct policy_list *list, const char *names, const unsigned char *values,
                      uint32_t conn_max, struct policy_server server)
{
    *list = (struct policy_list){.next_ps = TIME_NEVER};
    while (*names) {
        size_t length = strcspn(names, ",");
        add(list, policy_find(names, length), values, conn_max, server);
        names += length + (names[length] == ',');
    }
    assert(list->count > 0);
    note_next(list);
}

void policy_list_free(struct policy_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        free(list->policies[i].priv);
        free(list->policies[i].conns);
    }
    *list = (struct policy_list){0};
}

enum policy_verdict policy_list_on_frame(struct policy_list *list, const struct policy_frame *frame,
                                         const char **winner)
{
    *winner = NULL;
    for (uint32_t i = 0; i < list->count; i++) {
        struct policy *policy = &list->policies[i];
        enum policy_verdict verdict =
            policy->ops->on_frame ? policy->ops->on_frame(policy, frame) : POLICY_NEXT;
        if (verdict == POLICY_NEXT)
            continue;
        *winner = policy->ops->name;
        note_next(list);
        return verdict;
    }
    note_next(list);
    return POLICY_FORWARD;
}

void policy_list_on_open(struct policy_list *list, uint32_t conn)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (list->policies[i].conns)
            memset(policy_conn(&list->policies[i], conn), 0,
                   list->policies[i].ops->conn_priv_bytes);
    note_next(list);
}

void policy_list_on_port(struct policy_list *list, unsigned nic, bool usable)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (list->policies[i].ops->on_port)
            list->policies[i].ops->on_port(&list->policies[i], nic, usable);
    note_next(list);
}

bool policy_list_on_stranded(struct policy_list *list, uint32_t conn, uint64_t now_ps)
{
    bool taken = false;
    for (uint32_t i = 0; i < list->count && !taken; i++)
        if (list->policies[i].ops->on_stranded)
            taken = list->policies[i].ops->on_stranded(&list->policies[i], conn, now_ps);
    note_next(list);
    return taken;
}

void policy_list_on_moved(struct policy_list *list, uint32_t conn, uint64_t now_ps)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (list->policies[i].ops->on_moved)
            list->policies[i].ops->on_moved(&list->policies[i], conn, now_ps);
    note_next(list);
}

bool policy_list_run(struct policy_list *list, uint64_t now_ps)
{
    bool busy = false;
    for (uint32_t i = 0; i < list->count; i++) {
        struct policy *policy = &list->policies[i];
        if (next_of(policy) > now_ps)
            continue;
        policy->ops->run(policy, now_ps);
        busy = true;
    }
    note_next(list);
    return busy;
}
