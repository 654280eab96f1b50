#include "host-sw/policy/move_owner.h"

#include "host-sw/mechanism/mechanism.h"
#include "host-sw/mechanism/mechanism_table.h"
#include "host-sw/policy/policy.h"
#include "host-sw/policy/policy_table.h"

#include <assert.h>
#include <string.h>

static const struct own_keys *own_of(size_t index, const char **name)
{
    if (index < policy_count) {
        *name = policy_table[index]->name;
        return &policy_table[index]->own;
    }
    index -= policy_count;
    if (index >= mechanism_count)
        return NULL;
    *name = mechanism_table[index]->name;
    return &mechanism_table[index]->own;
}

const struct move_owner *move_owner_at(size_t index)
{
    static struct move_owner owner;
    owner = (struct move_owner){0};
    for (size_t i = 0; i < index; i++) {
        const struct own_keys *before = own_of(i, &owner.name);
        if (!before)
            return NULL;
        owner.offset += before->bytes;
    }
    owner.own = own_of(index, &owner.name);
    if (!owner.own)
        return NULL;
    assert(owner.own->bytes % sizeof(uint64_t) == 0);
    assert(owner.offset + owner.own->bytes <= MOVE_OWN_BYTES);
    return &owner;
}

void move_owner_preset(unsigned char *values)
{
    const struct move_owner *owner;
    memset(values, 0, MOVE_OWN_BYTES);
    for (size_t i = 0; (owner = move_owner_at(i)) != NULL; i++)
        if (owner->own->bytes)
            memcpy(values + owner->offset, owner->own->preset, owner->own->bytes);
}

const void *move_owner_values(const struct own_keys *own, const unsigned char *values)
{
    const struct move_owner *owner;
    if (own->bytes == 0)
        return NULL;
    for (size_t i = 0; (owner = move_owner_at(i)) != NULL; i++)
        if (owner->own == own)
            return values + owner->offset;
    return NULL;
}
