#include "models/tcp/tcp_params.h"

#include "models/tcp/cc/cc.h"
#include "models/tcp/tcp.h"

void tcp_params_default(struct tcp_params *params)
{
    *params = (struct tcp_params){
        .rto_min_us = 200000,
        .rto_initial_us = 1000000,
        .rto_max_us = 60000000,
        .delack_us = 40000,
        .time_wait_us = 60000000,
        .fin_wait_2_us = 60000000,
        .keepalive_idle_ms = 7200000,
        .keepalive_interval_ms = 75000,
        .keepalive_probes = 9,
        .rexmt_max = 15,
        .rexmt_notice = 3,
        .syn_rexmt_max = 7,
        .dupack_threshold = 3,
        .mss_max = 1460,
        .challenge_period_us = 5000000,
        .challenge_max = 10,
        .congestion = CC_NEWRENO,
    };
}
