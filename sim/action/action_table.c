#include "sim/action/action_table.h"

#include "sim/action/action_owners.h"

#include <assert.h>
#include <string.h>

enum { KINDS_MAX = 64 };

static const struct action_owner *const owners[] = {&action_switch, &action_cable, &action_team,
                                                    &action_cache,  &action_line,  &action_pcie};
enum { OWNERS = sizeof owners / sizeof owners[0] };

const char *const *action_names(enum action_list list)
{
    static const char *names[ACTION_LIST_COUNT][KINDS_MAX + 1];
    size_t count = 0;
    for (size_t o = 0; o < OWNERS; o++)
        for (size_t k = 0; owners[o]->list == list && k < owners[o]->count; k++) {
            assert(count < KINDS_MAX);
            names[list][count++] = owners[o]->kinds[k].name;
        }
    return names[list];
}

const struct action_kind *action_find(enum action_list list, const char *name)
{
    for (size_t o = 0; o < OWNERS; o++)
        for (size_t k = 0; owners[o]->list == list && k < owners[o]->count; k++)
            if (strcmp(owners[o]->kinds[k].name, name) == 0)
                return &owners[o]->kinds[k];
    return NULL;
}

enum action_list action_list_of(const struct action_kind *kind)
{
    for (size_t o = 0; o < OWNERS; o++)
        for (size_t k = 0; k < owners[o]->count; k++)
            if (&owners[o]->kinds[k] == kind)
                return owners[o]->list;
    assert(!"a kind of some owner");
    return ACTION_LIST_FAULTS;
}

unsigned action_key_bit(const char *key)
{
    static const struct {
        const char *name;
        enum action_key bit;
    } bits[] = {{"at", ACTION_KEY_AT},          {"action", ACTION_KEY_ACTION},
                {"nic", ACTION_KEY_NIC},        {"connection", ACTION_KEY_CONNECTION},
                {"every", ACTION_KEY_EVERY},    {"count", ACTION_KEY_COUNT},
                {"array", ACTION_KEY_ARRAY},    {"line", ACTION_KEY_LINE},
                {"bit", ACTION_KEY_BIT},        {"link", ACTION_KEY_LINK},
                {"rate", ACTION_KEY_RATE},      {"direction", ACTION_KEY_DIRECTION},
                {"frames", ACTION_KEY_FRAMES},  {"behind", ACTION_KEY_BEHIND},
                {"delay", ACTION_KEY_DELAY},    {"jitter", ACTION_KEY_JITTER},
                {"lasting", ACTION_KEY_LASTING}};
    for (size_t i = 0; i < sizeof bits / sizeof bits[0]; i++)
        if (strcmp(bits[i].name, key) == 0)
            return bits[i].bit;
    return 0;
}

unsigned action_keys_of(const struct sim_action *action)
{
    const struct action_ops *ops = action->kind->ops;
    unsigned keys = action->kind->keys;
    if (ops->absent)
        keys &= ~ops->absent(action);
    if (action->every_ps == 0)
        keys &= ~(unsigned)ACTION_KEY_COUNT;
    return keys;
}
