#include "sim/scenario/scenario_team.h"

#include "host-sw/mechanism/mechanism.h"
#include "host-sw/mechanism/mechanism_table.h"
#include "host-sw/minimal/minimal.h"
#include "models/hwif/nic_regs.h"
#include "models/toe/command/table.h"

#include <stdio.h>

static enum status check_offload(struct scenario_loader *loader)
{
    const struct host_sw_params *team = &loader->config->team;
    bool by_ports = team->offload == OFFLOAD_PORTS;
    if (by_ports == (team->offload_ports.count > 0))
        return STATUS_OK;
    return scenario_fail_at(loader, "team.offload.ports",
                            by_ports ? "policy ports needs them; write such as 80 8000-8099"
                                     : "only policy ports takes them; write policy: ports");
}

/* The mechanism may need commands that the NICs' engine does not have. */
static enum status check_mechanism(struct scenario_loader *loader)
{
    const struct mechanism_ops *ops = mechanism_table[loader->config->team.mechanism];
    int missing = mechanism_missing_command(ops, toe_command_bits());
    if (missing < 0)
        return STATUS_OK;
    char why[160];
    (void)snprintf(why, sizeof why,
                   "%s needs command %d of models/hwif/nic_desc.h, which these NICs do not have; "
                   "write another mechanism",
                   ops->name, missing);
    return scenario_fail_at(loader, "team.move.mechanism", why);
}

/* The mechanism may need image slots, which the keys of the NICs can take away. If only one NIC lacks them, the moves to it
 * take the way of host-pull, and are counted. */
enum status scenario_check_slots(struct scenario_loader *loader)
{
    const struct sim_config *config = loader->config;
    const struct mechanism_ops *ops = mechanism_table[config->team.mechanism];
    bool has_slots = false;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        has_slots |= config->engine.contract >= 2 && config->nic[nic].engine.image_slots > 0;
    if ((ops->nic_capabilities & NIC_CAPABILITY_IMAGE_SLOTS) == 0 || has_slots)
        return STATUS_OK;
    char why[160];
    (void)snprintf(why, sizeof why,
                   "%s needs NICs with image slots; write nics.contract: 2 and "
                   "nics.engine.image_slots: 64, or another mechanism",
                   ops->name);
    return scenario_fail_at(loader, "team.move.mechanism", why);
}

/* Only images that go through host memory can have the hard subset alone, and only NICs of version 2 take them. */
static enum status check_image(struct scenario_loader *loader)
{
    const struct sim_config *config = loader->config;
    const struct mechanism_ops *ops = mechanism_table[config->team.mechanism];
    char why[160];
    if (!config->team.hard_images)
        return STATUS_OK;
    if (config->engine.contract < 2)
        return scenario_fail_at(loader, "nics.contract",
                                "team.move.image: hard needs version 2; write 2, or image: full");
    if ((ops->nic_capabilities & NIC_CAPABILITY_IMAGE_SLOTS) == 0)
        return STATUS_OK;
    (void)snprintf(why, sizeof why,
                   "hard images go through host memory, and those of %s do not; write full, or "
                   "team.move.mechanism: host-pull",
                   ops->name);
    return scenario_fail_at(loader, "team.move.image", why);
}

/* Without heartbeats no NIC fences itself because they stay away. */
static enum status check_fence(struct scenario_loader *loader)
{
    const struct host_sw_params *team = &loader->config->team;
    if (team->fence != TEAM_FENCE_HEARTBEAT || team->heartbeat_ps > 0)
        return STATUS_OK;
    return scenario_fail_at(loader, "team.fence",
                            "heartbeat needs heartbeats; write team.heartbeat: 100us, or fence: "
                            "link-disable");
}

/* What a dead NIC had acknowledged must be in its records, and the driver must be able to know that it is. */
static enum status check_rebuild(struct scenario_loader *loader)
{
    const struct sim_config *config = loader->config;
    const struct mechanism_ops *ops = mechanism_table[config->team.mechanism];
    char why[160];
    if (!ops->rebuilds)
        return STATUS_OK;
    if (config->engine.ack_policy != ACK_POLICY_RECORDED) {
        (void)snprintf(why, sizeof why,
                       "team.move.mechanism %s needs NICs that acknowledge only what their records "
                       "report; write recorded, or another mechanism",
                       ops->name);
        return scenario_fail_at(loader, "nics.engine.ack_policy", why);
    }
    if (config->engine.contract >= 2)
        return STATUS_OK;
    (void)snprintf(why, sizeof why,
                   "team.move.mechanism %s needs NICs that tell their capabilities; write 2, or "
                   "another mechanism",
                   ops->name);
    return scenario_fail_at(loader, "nics.contract", why);
}

/* The root complex may refuse what one NIC writes to the other. */
static enum status check_peers(struct scenario_loader *loader)
{
    const struct sim_config *config = loader->config;
    uint32_t needs = mechanism_table[config->team.mechanism]->nic_capabilities;
    if ((needs & NIC_CAPABILITY_GRANT) == 0 || config->pcie.p2p)
        return STATUS_OK;
    return scenario_fail_at(
        loader, "team.move.mechanism",
        "peer-to-peer needs NICs that may write to each other; write nics.pcie.p2p: "
        "allowed, or another mechanism");
}

/* The push window is new in version 2 of the interface. */
static enum status check_commands(struct scenario_loader *loader)
{
    const struct sim_config *config = loader->config;
    if (!config->team.pushes_commands || config->engine.contract >= 2)
        return STATUS_OK;
    return scenario_fail_at(
        loader, "team.move.commands",
        "pushed needs NICs with a push window; write nics.contract: 2, or fetched");
}

/* So are lists of commands. */
static enum status check_lists(struct scenario_loader *loader)
{
    const struct sim_config *config = loader->config;
    if (!mechanism_table[config->team.mechanism]->list_max || config->engine.contract >= 2)
        return STATUS_OK;
    return scenario_fail_at(loader, "team.move.mechanism",
                            "it needs NICs that take lists; write nics.contract: 2, or host-pull");
}

/* The minimal driver cannot do what some keys ask for. */
static enum status check_driver(struct scenario_loader *loader)
{
    const struct host_sw_params *team = &loader->config->team;
    struct minimal_refusal refusal;
    char why[96];
    if (team->program != SERVER_PROGRAM_MINIMAL || !minimal_cannot(team, &refusal))
        return STATUS_OK;
    (void)snprintf(why, sizeof why, "team.driver: minimal cannot do this; %s", refusal.cure);
    return scenario_fail_at(loader, refusal.key, why);
}

/* The cores share the connections by a hash that is new in version 2 of the interface. */
static enum status check_cores(struct scenario_loader *loader)
{
    const struct sim_config *config = loader->config;
    if (config->host.cores == 1)
        return STATUS_OK;
    if (config->team.program == SERVER_PROGRAM_MINIMAL)
        return scenario_fail_at(loader, "team.host.cores",
                                "team.driver: minimal runs on one core; write 1, or driver: full");
    if (config->engine.contract >= 2)
        return STATUS_OK;
    return scenario_fail_at(loader, "team.host.cores",
                            "several cores need NICs that write the hash of a tuple into their "
                            "records; write nics.contract: 2, or 1 core");
}

/* Returns true if any NIC has a clock of its own. Then both have, although one may run like that of the host. */
static bool has_clocks(const struct sim_config *config)
{
    bool has = false;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        has |= config->nic[nic].engine.clock_offset_ps != 0 ||
               config->nic[nic].engine.clock_drift_ppm != 0;
    return has;
}

enum status scenario_check_clocks(struct scenario_loader *loader)
{
    struct sim_config *config = loader->config;
    bool has = has_clocks(config);
    config->free_clocks = has;
    if (has && config->engine.contract < 2)
        return scenario_fail_at(loader, "nics.contract",
                                "clocks of NICs can be set since version 2; write 2, or no "
                                "clock_offset and clock_drift");
    if (has && config->team.program == SERVER_PROGRAM_MINIMAL)
        return scenario_fail_at(loader, "team.driver",
                                "minimal sets no clocks; write full, or no clock_offset and "
                                "clock_drift");
    return STATUS_OK;
}

enum status scenario_check_team(struct scenario_loader *loader)
{
    static enum status (*const checks[])(struct scenario_loader *) = {
        check_offload, check_mechanism, check_fence, check_image,  check_rebuild,
        check_peers,   check_commands,  check_lists, check_driver, check_cores};
    enum status worst = STATUS_OK;
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        enum status status = checks[i](loader);
        worst = status > worst ? status : worst;
    }
    return worst;
}
