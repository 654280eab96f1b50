#include "sim/scenario/scenario_default.h"

#include "models/base/units.h"
#include "sim/scenario/config.h"

#include <string.h>

/* The MAC address is locally administered, and the IP addresses are private, so nobody on the
 * Internet has them. */
static const uint8_t team_mac[6] = {0x02, 0x54, 0x4f, 0x45, 0x00, 0x01};
static const uint8_t team_ipv4[16] = {[10] = 0xff, 0xff, 10, 0, 0, 1};
static const uint8_t team_ipv6[16] = {0xfd, [15] = 1};

/* The driver has started both NICs after about 100 us. */
static const uint64_t traffic_start_ps = PS_PER_MS;

void sim_config_default(struct sim_config *config)
{
    memset(config, 0, sizeof *config);
    config->seed = 1;
    config->duration_ps = TIME_NEVER;
    host_sw_params_default(&config->team);
    memcpy(config->team.mac, team_mac, sizeof team_mac);
    memcpy(config->team.ipv4, team_ipv4, sizeof team_ipv4);
    memcpy(config->team.ipv6, team_ipv6, sizeof team_ipv6);
    host_params_default(&config->host);
    toe_params_default(&config->engine);
    mac_params_default(&config->mac);
    config->uplink_bps = UINT64_C(100000000000);
    pcie_params_default(&config->pcie);
    /* Timing 4.1: the row is closed; the time includes the controller. */
    config->ctx_dram_ps = 51650;
    config->cache_shape = cache_shape_default();
    config->ctx_dram_beat_ps = 3333; /* timing 4.1: a burst of 8 takes 4 clocks of DDR4-2400 */
    config->ctx_skip_idle = true;
    lan_switch_params_default(&config->lan_switch);
    config->traffic = TRAFFIC_REPLAY;
    capture_params_default(&config->capture);
    replay_params_default(&config->replay);
    config->replay.start_ps = traffic_start_ps;
    gen_params_default(&config->gen);
    config->gen.start_ps = traffic_start_ps;
    syn_flood_params_default(&config->flood);
    config->race.move = 1;
    config->race.from_ps = -2 * (int64_t)PS_PER_US;
    config->race.to_ps = 8 * (int64_t)PS_PER_US;
    config->race.step_ps = 4 * PS_PER_NS;
    config->waves = WAVES_MOVES;
    config->waves_margin_ps = 2 * PS_PER_US;
    config->waves_moves_max = 16;
    config->write_captures = true;
    config->timeline_moves = 1000;
    config->log.connection = LOG_ALL_CONNECTIONS;
}
