/* Every mechanism has one row here. */
#include "host-sw/mechanism/mechanism_table.h"

#include "models/base/move_event.h"

#include <assert.h>
#include <string.h>

#define MECHANISMS(X)                                                                              \
    X(mech_host_pull) /* the first one must support every transfer (mechanism.h) */                \
    X(mech_forward)                                                                                \
    X(mech_drain_first)                                                                            \
    X(mech_forward_then_move)                                                                      \
    X(mech_host_push)                                                                              \
    X(mech_rebuild)                                                                                \
    X(mech_host_pull_batched)                                                                      \
    X(mech_peer_to_peer)                                                                           \
    X(mech_checkpoint)

#define X(ops) extern const struct mechanism_ops ops;
MECHANISMS(X)
#undef X

const struct mechanism_ops *const mechanism_table[] = {
#define X(ops) &ops,
    MECHANISMS(X)
#undef X
};

const size_t mechanism_count = sizeof mechanism_table / sizeof *mechanism_table;

const struct mechanism_ops *mechanism_find(const char *name)
{
    for (size_t i = 0; i < mechanism_count; i++)
        if (strcmp(mechanism_table[i]->name, name) == 0)
            return mechanism_table[i];
    return NULL;
}

size_t mechanism_mark_count(const struct mechanism_ops *ops)
{
    size_t count = 0;
    while (ops->marks && ops->marks[count].name)
        count++;
    assert(count <= MARK_OWN_MAX);
    return count;
}

int mechanism_missing_command(const struct mechanism_ops *ops, uint32_t offered)
{
    uint32_t missing = ops->nic_commands & ~offered;
    int op = 0;
    while (missing != 0 && (missing >> op & 1) == 0)
        op++;
    return missing ? op : -1;
}

const char *const *mechanism_names(void)
{
    static const char *names[sizeof mechanism_table / sizeof *mechanism_table + 1];
    for (size_t i = 0; i < mechanism_count; i++)
        names[i] = mechanism_table[i]->name;
    return names;
}
