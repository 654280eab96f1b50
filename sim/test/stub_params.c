/* Defaults of models that are not in this tree yet. Delete this file when they are: the linker
 * would take these instead. */
#include "sim/config.h"

#include <string.h>

static void tcp_defaults(struct tcp_params *p)
{
    *p = (struct tcp_params){.rto_min_us = 200000,
                             .rto_initial_us = 1000000,
                             .rto_max_us = 60000000,
                             .delack_us = 40000,
                             .time_wait_us = 60000000,
                             .fin_wait_2_us = 60000000,
                             .keepalive_idle_ms = 7200000,
                             .keepalive_interval_ms = 75000,
                             .keepalive_probes = 9,
                             .rexmt_max = 15,
                             .syn_rexmt_max = 5,
                             .dupack_threshold = 3,
                             .mss_max = 1460,
                             .challenge_period_us = 5000000,
                             .challenge_max = 10};
}

void host_sw_params_default(struct host_sw_params *p)
{
    *p = (struct host_sw_params){.mtu_bytes = 1500,
                                 .conn_max = 65536,
                                 .ring_bytes = 512 * 1024,
                                 .idle_ps = 60000000000000,
                                 .move_deadline_ps = 1000000000,
                                 .hold_frames_per_conn = 64,
                                 .hold_bytes_total = 64 << 20,
                                 .moves_outstanding_max = 64,
                                 .moving_enabled = true,
                                 .ring_log2_cmd = 10,
                                 .ring_log2_record = 12,
                                 .ring_log2_event = 12,
                                 .ring_log2_buffer = 10};
    tcp_defaults(&p->tcp);
}

void host_params_default(struct host_params *p)
{
    *p = (struct host_params){.interrupt_ps = 1000000, .poll_period_ps = 100000, .dram_ps = 67000};
#define X(id, key, ps, unit, source) p->cost_ps[CPU_COST_##id] = ps;
    CPU_COSTS(X)
#undef X
}

void toe_params_default(struct toe_params *p)
{
    *p = (struct toe_params){.conn_max = 65536,
                             .cycle_ps = 4000,
                             .rx_queue_frames = 64,
                             .tx_queue_frames = 64,
                             .tx_burst = 4,
                             .cmd_prefetch = 4,
                             .buffer_prefetch = 8};
    tcp_defaults(&p->tcp);
}

void mac_params_default(struct mac_params *p)
{
    *p = (struct mac_params){10000000000, 67200, 121620, 50000, 1500, 256};
}

void pcie_params_default(struct pcie_params *p)
{
    *p = (struct pcie_params){.gen = 3,
                              .lanes = 8,
                              .mps_bytes = 256,
                              .mrrs_bytes = 512,
                              .rcb_bytes = 64,
                              .tags = 64,
                              .root_read_ps = 399000,
                              .write_queue_bytes = 65536};
}

void lan_switch_params_default(struct lan_switch_params *p)
{
    *p = (struct lan_switch_params){.hash = FLOW_HASH_LAYER3_4, .flip_frames = 1};
}

void capture_params_default(struct capture_params *p)
{
    *p = (struct capture_params){.max_gap_ps = 10000000000, .mtu_bytes = 1500};
}

void replay_params_default(struct replay_params *p)
{
    *p = (struct replay_params){.start_ps = 1000000000,
                                .stall_ps = 5000000000000,
                                .liveness_ps = 1000000000,
                                .rto_min_ps = 200000000000};
}

void gen_params_default(struct gen_params *p)
{
    *p = (struct gen_params){
        .connections = 1, .bytes_total = 1 << 20, .ip_version = 4, .port = 9, .ring_bytes = 65536};
    tcp_defaults(&p->tcp);
}
