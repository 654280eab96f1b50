#include "host-sw/stack/neighbour.h"

#include "models/base/units.h"

#include <assert.h>
#include <string.h>

#define RETRANS_PS PS_PER_S         /* RFC 4861 10: RETRANS_TIMER */
#define LIFETIME_PS (60 * PS_PER_S) /* RFC 1122 2.3.2.1: about a minute */

void neighbour_init(struct neighbour_table *table)
{
    *table = (struct neighbour_table){.next_ps = TIME_NEVER};
}

static void note_next(struct neighbour_table *table)
{
    table->next_ps = TIME_NEVER;
    for (unsigned i = 0; table->asked > 0 && i < NEIGHBOURS_MAX; i++)
        if (table->entries[i].used && !table->entries[i].known)
            table->next_ps = u64_min(table->next_ps, table->entries[i].since_ps + RETRANS_PS);
}

static struct neighbour *find(struct neighbour_table *table, const struct neighbour_key *key)
{
    for (unsigned i = 0; i < NEIGHBOURS_MAX; i++)
        if (table->entries[i].used && memcmp(&table->entries[i].key, key, sizeof *key) == 0)
            return &table->entries[i];
    return NULL;
}

static void forget(struct neighbour_table *table, struct neighbour *entry)
{
    assert(entry->used);
    if (!entry->known)
        table->asked--;
    *entry = (struct neighbour){0};
}

/* Returns a free entry. If the table is full, evicts the oldest resolved neighbour, because another request can find
 * its address again. If no neighbour is resolved, evicts the oldest pending request. */
static struct neighbour *take(struct neighbour_table *table)
{
    struct neighbour *best = &table->entries[0];
    for (unsigned i = 0; i < NEIGHBOURS_MAX; i++) {
        struct neighbour *entry = &table->entries[i];
        if (!entry->used)
            return entry;
        if (entry->known != best->known ? entry->known : entry->since_ps < best->since_ps)
            best = entry;
    }
    forget(table, best);
    return best;
}

enum neighbour_answer neighbour_find(struct neighbour_table *table, const struct neighbour_key *key,
                                     uint64_t now_ps, uint8_t mac[6])
{
    struct neighbour *entry = find(table, key);
    if (entry && entry->known && now_ps >= entry->since_ps + LIFETIME_PS) {
        forget(table, entry);
        entry = NULL;
    }
    if (entry && entry->known) {
        memcpy(mac, entry->mac, sizeof entry->mac);
        return NEIGHBOUR_KNOWN;
    }
    if (entry)
        return NEIGHBOUR_WAIT;
    *take(table) = (struct neighbour){.key = *key, .used = true, .tries = 1, .since_ps = now_ps};
    table->asked++;
    note_next(table);
    return NEIGHBOUR_ASK;
}

bool neighbour_learn(struct neighbour_table *table, const struct neighbour_key *key,
                     const uint8_t mac[6], uint64_t now_ps)
{
    struct neighbour *entry = find(table, key);
    if (!entry)
        return false;
    bool was_asked = !entry->known;
    table->asked -= was_asked;
    entry->known = true;
    entry->since_ps = now_ps;
    memcpy(entry->mac, mac, sizeof entry->mac);
    note_next(table);
    return was_asked;
}

bool neighbour_expire(struct neighbour_table *table, uint64_t now_ps, struct neighbour_key *key,
                      bool *failed)
{
    for (unsigned i = 0; table->asked > 0 && i < NEIGHBOURS_MAX; i++) {
        struct neighbour *entry = &table->entries[i];
        if (!entry->used || entry->known || now_ps < entry->since_ps + RETRANS_PS)
            continue;
        *key = entry->key;
        *failed = entry->tries == NEIGHBOUR_TRIES;
        if (*failed) {
            forget(table, entry);
        } else {
            entry->tries++;
            entry->since_ps = now_ps;
        }
        note_next(table);
        return true;
    }
    return false;
}
