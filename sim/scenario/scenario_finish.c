#include "sim/scenario/scenario_finish.h"

#include "host-sw/team/team_mode.h"
#include "host-sw/transfer/place_nic.h"
#include "models/base/units.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_loader.h"
#include "sim/scenario/scenario_nics.h"
#include "sim/scenario/scenario_team.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- actions --- */

/* Returns true if the item has an action and the action has the flag. */
static bool has_flag(const struct sim_action *action, unsigned flag)
{
    return action->kind && (action->kind->flags & flag) != 0;
}

static enum status check_item(struct scenario_loader *loader, enum action_list list, size_t index)
{
    const struct scenario_item *item = &loader->items[list][index];
    const char *why = NULL;
    const struct action_kind *kind = item->action.kind;
    bool needs_at = !kind || !(kind->flags & ACTION_FROM_START);
    if (needs_at && !(item->given & ACTION_KEY_AT))
        why = "has no `at`; write when: a time such as 3ms, or 50% of the traffic";
    else if (!kind)
        why = "has no `action`; write what happens";
    else if ((item->given & ACTION_KEY_COUNT) && item->action.every_ps == 0)
        why = "has `count` without `every`; write how often, such as every: 5ms";
    else
        why = kind->ops->check(&item->action, item->given);
    if (!why)
        return STATUS_OK;
    char path[48];
    (void)snprintf(path, sizeof path, "%s[%zu]",
                   list == ACTION_LIST_REHASH ? "switch.rehash" : "faults", index);
    return scenario_fail(loader, item->origin, path, why);
}

static enum status worse(enum status a, enum status b) { return a > b ? a : b; }

static enum status finish_actions(struct scenario_loader *loader)
{
    struct sim_config *config = loader->config;
    enum status worst = STATUS_OK;
    for (int list = 0; list < ACTION_LIST_COUNT; list++)
        for (size_t i = 0; i < loader->item_count[list]; i++) {
            worst = worse(worst, check_item(loader, (enum action_list)list, i));
            assert(config->action_count < SIM_ACTIONS_MAX);
            struct sim_action *action = &config->actions[config->action_count++];
            *action = loader->items[list][i].action;
            size_t index = config->action_count - 1;
            config->origins.action_file[index] = loader->items[list][i].given;
            config->origins.action_option[index] = loader->items[list][i].by_option;
            if (action->kind && action->kind->ops->finish)
                action->kind->ops->finish(action, loader->items[list][i].given);
        }
    return worst;
}

/* --- keys that need each other --- */

static enum status check_tcp(struct scenario_loader *loader, const struct tcp_params *tcp,
                             const char *section)
{
    char path[48];
    (void)snprintf(path, sizeof path, "%s.rto_min", section);
    if (tcp->rto_min_us > tcp->rto_initial_us || tcp->rto_initial_us > tcp->rto_max_us)
        return scenario_fail_at(loader, path, "write times with rto_min <= rto_initial <= rto_max");
    return STATUS_OK;
}

static enum status check_host(struct scenario_loader *loader)
{
    const struct host_params *host = &loader->config->host;
    if (host->dram_ps < host->llc_hit_ps)
        return scenario_fail_at(
            loader, "team.host.dram",
            "below team.host.llc_hit; DRAM is behind the LLC, write at least as much");
    return STATUS_OK;
}

static enum status check_traffic(struct scenario_loader *loader)
{
    const struct sim_config *config = loader->config;
    if (config->traffic == TRAFFIC_REPLAY && config->capture_path[0] == '\0')
        return scenario_fail_at(loader, "traffic.capture", "missing; write the file to replay");
    if (config->traffic != TRAFFIC_GENERATOR)
        return STATUS_OK;
    if (config->fragment_over != 0 && config->fragment_over < FRAGMENTER_MTU_MIN)
        return scenario_fail_at(loader, "traffic.fragment_over",
                                "is too little; write 68B or more");
    if (config->gen.connections > config->team.conn_max)
        return scenario_fail_at(loader, "traffic.connections",
                                "more than team.connections_max; write at most as many");
    bool by_bytes = config->gen.direction != GEN_IDLE && config->gen.direction != GEN_REQUESTS;
    if (by_bytes && config->gen.bytes_total == 0)
        return scenario_fail_at(loader, "traffic.bytes", "nothing to send; write at least 1B");
    return STATUS_OK;
}

/* The engines and the caches must have a context for each connection. */
static enum status check_contexts(struct scenario_loader *loader)
{
    for (size_t i = 0; i < loader->item_count[ACTION_LIST_FAULTS]; i++) {
        const struct scenario_item *item = &loader->items[ACTION_LIST_FAULTS][i];
        char path[48];
        (void)snprintf(path, sizeof path, "faults[%zu].connection", i);
        if (has_flag(&item->action, ACTION_NEEDS_CONTEXT) &&
            item->action.value >= loader->config->team.conn_max)
            return scenario_fail(loader, item->origin, path,
                                 "is beyond team.connections_max; write a lower one");
    }
    return STATUS_OK;
}

/* Checks the values that the link would refuse. */
static enum status check_pcie(struct scenario_loader *loader)
{
    const struct sim_config *config = loader->config;
    struct error wrong;
    if (pcie_params_check(&config->pcie, &wrong) != STATUS_OK)
        return scenario_fail_at(loader, "nics.pcie", wrong.text);
    return STATUS_OK;
}

/* Checks what each NIC has after all, with the values that it was given for itself. */
static enum status check_nic(struct scenario_loader *loader, unsigned nic)
{
    const struct sim_config *config = loader->config;
    const struct sim_nic *own = &config->nic[nic];
    struct error wrong;
    char path[48];
    (void)snprintf(path, sizeof path, "nics.nic%u.pcie", nic);
    if (pcie_params_check(&own->pcie, &wrong) != STATUS_OK)
        return scenario_fail_at(loader, path, wrong.text);
    for (size_t i = 0; i < config->action_count; i++) {
        const struct sim_action *action = &config->actions[i];
        if (!own->pcie.dll && action->nic == nic && has_flag(action, ACTION_NEEDS_DLL))
            return scenario_fail_at(loader, config->pcie.dll ? path : "nics.pcie.dll",
                                    "a fault needs the data link layer; write dll: true");
    }
    (void)snprintf(path, sizeof path, "nics.nic%u.link", nic);
    if (mac_params_check(&own->mac, &wrong) != STATUS_OK)
        return scenario_fail_at(loader, path, wrong.text);
    return STATUS_OK;
}

/* All links of an aggregation group have the same rate (IEEE 802.1AX-2008), so partners would put these NICs into two
 * groups, of which only one carries frames. */
static enum status check_rates(struct scenario_loader *loader)
{
    const struct sim_config *config = loader->config;
    if (config->lacp == LACP_OFF || config->nic[0].mac.rate_bps == config->nic[1].mac.rate_bps)
        return STATUS_OK;
    return scenario_fail_at(
        loader, "switch.lacp",
        "aggregates links of one rate only; write off, or the same rate for both NICs");
}

static enum status check_waves(struct scenario_loader *loader)
{
    if (loader->config->ctx_golden && loader->config->waves != WAVES_NONE)
        return scenario_fail_at(
            loader, "measure.waves",
            "the golden model has none; write waves: none, or nics.cache.model: rtl");
    return STATUS_OK;
}

static enum status check_table(struct scenario_loader *loader)
{
    const struct lan_switch_params *params = &loader->config->lan_switch;
    if (params->policy == PORT_POLICY_TABLE && params->table[0] == '\0')
        return scenario_fail_at(loader, "switch.table",
                                "missing; write a digit per connection: 0110");
    return STATUS_OK;
}

/* The port policy `captured` needs the original segments of a capture, because only these were
 * captured on an interface. */
static enum status check_captured(struct scenario_loader *loader)
{
    struct sim_config *config = loader->config;
    bool captured = config->lan_switch.policy == PORT_POLICY_CAPTURED;
    config->capture.captured_ports = captured;
    if (captured && (config->traffic != TRAFFIC_REPLAY || config->replay_mode == REPLAY_ENDPOINT))
        return scenario_fail_at(loader, "switch.policy",
                                "captured needs traffic.kind: replay in traffic.mode: exact "
                                "(a live TCP makes segments that nobody captured)");
    return STATUS_OK;
}

/* A race needs a client whose TCP can act. */
static enum status check_race(struct scenario_loader *loader)
{
    const struct sim_config *config = loader->config;
    const struct sim_race *race = &config->race;
    if (race->frame == GEN_FRAME_NONE) {
        if (race->time_ps == 0)
            return STATUS_OK;
        return scenario_fail_at(loader, "race.time", "needs race.frame; write such as frame: rst");
    }
    if (config->traffic != TRAFFIC_GENERATOR)
        return scenario_fail_at(
            loader, "race.frame",
            "needs traffic.kind: generator, because only generated clients can act");
    if (race->connection >= config->gen.connections)
        return scenario_fail_at(loader, "race.connection",
                                "is beyond traffic.connections; write a lower one");
    if (race->from_ps > race->to_ps)
        return scenario_fail_at(loader, "race.from",
                                "is after race.to; write an offset that is not");
    return STATUS_OK;
}

/* All checks run, so that all errors are reported at once. */
static enum status check_together(struct scenario_loader *loader)
{
    static enum status (*const checks[])(struct scenario_loader *) = {
        check_traffic,  scenario_check_team, check_host,  check_table,
        check_captured, check_contexts,      check_waves, check_race};
    const struct sim_config *config = loader->config;
    enum status worst = check_tcp(loader, &config->team.tcp, "team.tcp");
    worst = worse(worst, check_tcp(loader, &config->gen.tcp, "traffic.tcp"));
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
        worst = worse(worst, checks[i](loader));
    return worst;
}

/* --- derived fields, where one key sets all fields that must agree --- */

static void derive(struct sim_config *config)
{
    uint32_t mtu = config->team.mtu_bytes;
    config->mac.mtu_bytes = mtu;
    config->capture.mtu_bytes = mtu;
    /* Options and the longer header of IPv6 are subtracted when a segment is built (RFC 6691). */
    config->team.tcp.mss_max = (uint16_t)(mtu - 40);
    config->gen.tcp.mss_max = (uint16_t)(mtu - 40);
    config->engine.tcp = config->team.tcp;
    config->host.p2p = config->pcie.p2p;
    config->engine.conn_max = config->team.conn_max;

    memcpy(config->replay.team_mac, config->team.mac, sizeof config->team.mac);
    memcpy(config->replay.team_ipv4, config->team.ipv4, sizeof config->team.ipv4);
    memcpy(config->replay.team_ipv6, config->team.ipv6, sizeof config->team.ipv6);
    memcpy(config->gen.team_mac, config->team.mac, sizeof config->team.mac);
    memcpy(config->gen.team_ip, config->gen.ip_version == 6 ? config->team.ipv6 : config->team.ipv4,
           sizeof config->gen.team_ip);
    config->gen.start_ps = config->replay.start_ps;
    config->gen.stall_ps = config->replay.stall_ps;

    config->lan_switch.active_backup = team_mode_table[config->team.mode]->one_port_carries;
    config->lan_switch.seed = config->seed;
    config->replay.seed = config->seed;
    config->gen.seed = config->seed;
    config->team.isn_seed = config->seed;
}

/* --- name and capture path --- */

/* Derives the name from the file name. Characters that a name may not have are replaced. */
static void default_name(struct scenario_loader *loader)
{
    char *name = loader->config->name;
    const char *from = loader->source ? loader->source : loader->config->capture_path;
    const char *slash = strrchr(from, '/');
    from = slash ? slash + 1 : from;
    size_t len = 0;
    for (; from[len] && len + 1 < SIM_NAME_MAX; len++) {
        bool good = strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-",
                           from[len]) != NULL;
        if (from[len] == '.' && len > 0)
            break;
        name[len] = good ? from[len] : '-';
    }
    if (len == 0)
        (void)snprintf(name, SIM_NAME_MAX, "run");
}

/* Turns a/./b//../c into a/c in place. A leading ".." stays. */
static void normalise(char *path)
{
    bool absolute = path[0] == '/';
    char *out = path + absolute;
    char *floor = out; /* ".." cannot remove the part before this position */
    const char *in = out;
    while (*in) {
        size_t len = strcspn(in, "/");
        bool is_up = len == 2 && in[0] == '.' && in[1] == '.';
        if (is_up && out > floor) {
            out--; /* the slash after the last component */
            while (out > floor && out[-1] != '/')
                out--;
        } else if (is_up && absolute) {
            /* The parent of the root is the root. */
        } else if (len > 0 && !(len == 1 && in[0] == '.')) {
            bool more = in[len] == '/';
            memmove(out, in, len);
            out += len;
            if (more)
                *out++ = '/';
            if (is_up)
                floor = out;
        }
        in += len + (in[len] == '/');
    }
    *out = '\0';
}

/* Makes a path below the current folder relative, because results must not depend on the folder
 * in which the tree is. */
static void make_relative(char *path)
{
    char cwd[SIM_PATH_MAX];
    if (path[0] != '/' || !getcwd(cwd, sizeof cwd))
        return;
    size_t len = strlen(cwd);
    if (strncmp(path, cwd, len) == 0 && path[len] == '/')
        memmove(path, path + len + 1, strlen(path + len + 1) + 1);
}

static enum status resolve_capture(struct scenario_loader *loader, bool look_for_it)
{
    struct sim_config *config = loader->config;
    const char *slash = loader->source ? strrchr(loader->source, '/') : NULL;
    char joined[2 * SIM_PATH_MAX];
    const char *given = config->capture_path;
    if (given[0] == '\0')
        return STATUS_OK;
    int folder = loader->capture_from_file && given[0] != '/' && slash
                     ? (int)(slash - loader->source) + 1
                     : 0;
    int len = snprintf(joined, sizeof joined, "%.*s%s", folder,
                       loader->source ? loader->source : "", given);
    /* effective.yaml is in a results folder, but its path of the capture is relative to the
     * folder in which the program ran. Therefore a file that is not beside the scenario is
     * looked for there. */
    if (look_for_it && access(joined, R_OK) != 0 && access(given, R_OK) == 0)
        len = snprintf(joined, sizeof joined, "%s", given);
    if (len < 0 || (size_t)len >= sizeof joined)
        return scenario_fail_at(loader, "traffic.capture", "the path is too long");
    if (look_for_it && config->traffic == TRAFFIC_REPLAY && access(joined, R_OK) != 0) {
        char why[SCENARIO_WHY_MAX];
        (void)snprintf(why, sizeof why, "'%.200s': %s", joined, strerror(errno));
        return scenario_fail_at(loader, "traffic.capture", why);
    }
    normalise(joined);
    make_relative(joined);
    size_t used = strlen(joined);
    const char *last = strrchr(joined, '/');
    if (used == 0 || joined[used - 1] == '/' || strcmp(last ? last + 1 : joined, "..") == 0)
        return scenario_fail_at(loader, "traffic.capture",
                                "names a folder; write the file to replay");
    if (used >= sizeof config->capture_path)
        return scenario_fail_at(loader, "traffic.capture", "the path is too long");
    memset(config->capture_path, 0, sizeof config->capture_path);
    memcpy(config->capture_path, joined, used);
    return STATUS_OK;
}

static_assert(TEAM_HELD_SLOT_FRAMES_MAX == 256, "the range of team.hold_frames ends there");

/* Checks the values that the MACs would refuse. The run checks them too, but it does not know
 * their lines in the file. */
static enum status check_links(struct scenario_loader *loader)
{
    struct error wrong;
    if (mac_params_check(&loader->config->mac, &wrong) != STATUS_OK)
        return scenario_fail_at(loader, "links", wrong.text);
    return STATUS_OK;
}

enum status scenario_finish(struct scenario_loader *loader, bool look_for_capture)
{
    struct sim_config *config = loader->config;
    enum status status = check_together(loader);
    status = worse(status, finish_actions(loader));
    status = worse(status, check_pcie(loader));
    status = worse(status, resolve_capture(loader, look_for_capture));
    if (status != STATUS_OK)
        return status;
    if (config->name[0] == '\0')
        default_name(loader);
    (void)snprintf(config->source, sizeof config->source, "%s",
                   loader->source ? loader->source : config->capture_path);
    derive(config);
    scenario_nics_fill(config);
    status = check_links(loader);
    for (unsigned nic = 0; nic < NIC_COUNT && status == STATUS_OK; nic++)
        status = check_nic(loader, nic);
    status = worse(status, scenario_check_slots(loader));
    status = worse(status, scenario_check_clocks(loader));
    return worse(status, check_rates(loader));
}
