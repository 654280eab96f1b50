#include "host-sw/types/server_params.h"

#include "models/base/units.h"

void host_sw_params_default(struct host_sw_params *params)
{
    *params = (struct host_sw_params){
        .mode = TEAM_MODE_STATIC,
        .mac = {0x02, 0x00, 0x00, 0x00, 0x00, 0x01},
        .ipv4 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1},
        .ipv6 = {0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
        .mtu_bytes = 1500,
        .conn_max = 65536,
        .ring_bytes = 512 * 1024,
        .idle_ps = 60 * PS_PER_S,
        .move_deadline_ps = PS_PER_MS,
        .hold_frames_per_conn = 64,
        .hold_bytes_total = UINT64_C(64) << 20,
        .moves_outstanding_max = 64,
        .cores = 1,
        .moving_enabled = true,
        .policies = "first-packet",
        .offload = OFFLOAD_ALL,
        .offload_max = 65536,
        .challenge_rate = 1000,
        .fragment_datagrams = 64,
        .fragment_timeout_ps = 30 * PS_PER_S,
        .syn_cookies = SYN_COOKIES_AUTO,
        .syn_backlog = 4096,
        .ring_log2_cmd = 10,
        .ring_log2_record = 12,
        .ring_log2_event = 12,
        .ring_log2_buffer = 10,
        .isn_seed = 1,
        .clock_period_ps = PS_PER_MS,
        .command_timeout_ps = 500 * PS_PER_MS,
    };
    move_owner_preset(params->own);
    tcp_params_default(&params->tcp);
    params->tcp.mss_max = (uint16_t)(params->mtu_bytes - 40);
}
