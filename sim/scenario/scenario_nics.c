#include "sim/scenario/scenario_nics.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define SECTION "nics."
#define NIC_SECTION "nics.nic"

enum { SECTION_LEN = sizeof SECTION - 1, NIC_SECTION_LEN = sizeof NIC_SECTION - 1 };

/* The parts of struct sim_config that each NIC has too. */
static const struct part {
    size_t both, own, bytes;
} parts[] = {
#define PART(f)                                                                                    \
    {                                                                                              \
        offsetof(struct sim_config, f), offsetof(struct sim_nic, f),                               \
            sizeof(((struct sim_nic *)0)->f)                                                       \
    }
    PART(engine),           PART(mac),         PART(pcie),          PART(ctx_dram_ps),
    PART(ctx_dram_beat_ps), PART(cache_shape), PART(cache_cycle_ps)};

enum { PARTS = sizeof parts / sizeof parts[0] };

static const struct part *part_of(const struct scenario_key *key)
{
    for (size_t i = 0; i < PARTS; i++)
        if (key->offset >= parts[i].both && key->offset < parts[i].both + parts[i].bytes)
            return &parts[i];
    return NULL;
}

bool scenario_nic_split(const char *path, unsigned *nic, char shared[SCENARIO_NIC_PATH_MAX])
{
    const char *digit = path + NIC_SECTION_LEN;
    if (strncmp(path, NIC_SECTION, NIC_SECTION_LEN) != 0 || *digit < '0' ||
        *digit >= '0' + NIC_COUNT || (digit[1] != '.' && digit[1] != '\0'))
        return false;
    *nic = (unsigned)(*digit - '0');
    int len = snprintf(shared, SCENARIO_NIC_PATH_MAX, "nics%s", digit + 1);
    return len < SCENARIO_NIC_PATH_MAX;
}

bool scenario_key_is_of_nic(const struct scenario_key *key)
{
    return strncmp(key->path, SECTION, SECTION_LEN) == 0 && key->rule != SCENARIO_RULE_BOTH_NICS &&
           part_of(key) != NULL;
}

struct scenario_key scenario_nic_key(const struct scenario_key *key, unsigned nic,
                                     char path[SCENARIO_NIC_PATH_MAX])
{
    assert(scenario_key_is_of_nic(key) && nic < NIC_COUNT);
    const struct part *part = part_of(key);
    struct scenario_key own = *key;
    int len =
        snprintf(path, SCENARIO_NIC_PATH_MAX, NIC_SECTION "%u.%s", nic, key->path + SECTION_LEN);
    assert(len > 0 && len < SCENARIO_NIC_PATH_MAX);
    (void)len;
    own.path = path;
    own.offset = offsetof(struct sim_config, nic) + nic * sizeof(struct sim_nic) + part->own +
                 (key->offset - part->both);
    return own;
}

enum sim_origin scenario_nic_origin(const struct sim_config *config, const struct scenario_key *key,
                                    unsigned nic)
{
    return (enum sim_origin)config->origins.nic[nic][key - scenario_keys()];
}

static void fill(struct sim_config *config, unsigned nic)
{
    struct sim_nic given = config->nic[nic];
    for (size_t i = 0; i < PARTS; i++)
        memcpy((char *)&config->nic[nic] + parts[i].own, (const char *)config + parts[i].both,
               parts[i].bytes);
    for (size_t i = 0; i < scenario_key_count(); i++) {
        const struct scenario_key *key = &scenario_keys()[i];
        char path[SCENARIO_NIC_PATH_MAX];
        if (scenario_nic_origin(config, key, nic) == SIM_ORIGIN_DEFAULT)
            continue;
        size_t at = scenario_nic_key(key, nic, path).offset;
        size_t inside = at - offsetof(struct sim_config, nic) - nic * sizeof given;
        memcpy((char *)config + at, (const char *)&given + inside, key->bytes);
    }
}

void scenario_nics_fill(struct sim_config *config)
{
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        fill(config, nic);
}
