#include "models/script/pkt_names.h"

#include "models/script/pkt_script.h"

#include <string.h>

#include "models/hwif/ctx_enums.h"
#include "models/hwif/nic_desc.h"

#include <assert.h>

const char *pkt_state_name(unsigned state)
{
    static const char *const names[] = {"CLOSED",      "LISTEN",     "SYN_SENT",   "SYN_RCVD",
                                        "ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2", "CLOSE_WAIT",
                                        "CLOSING",     "LAST_ACK",   "TIME_WAIT"};
    static_assert(sizeof names / sizeof *names == TCP_TIME_WAIT + 1, "a name per state");
    assert(state < sizeof names / sizeof *names);
    return names[state];
}

const char *pkt_cause_name(unsigned cause)
{
    static const char *const names[] = {
        [NIC_TERM_NONE] = "none",
        [NIC_TERM_REMOTE_RESET] = "remote_reset",
        [NIC_TERM_RTX_EXHAUSTED] = "rtx_exhausted",
        [NIC_TERM_KEEPALIVE] = "keepalive",
        [NIC_TERM_CTX_ERROR] = "ctx_error",
        [NIC_TERM_LOCAL_ABORT] = "local_abort",
        [NIC_TERM_ENGINE_ERROR] = "engine_error",
        [NIC_TERM_HANDSHAKE_TIMEOUT] = "handshake_timeout",
        [NIC_TERM_UNREACHABLE] = "unreachable",
        [NIC_TERM_PORT_UNREACHABLE] = "port_unreachable",
    };
    assert(cause < sizeof names / sizeof *names);
    return names[cause];
}

const char *pkt_notice_name(unsigned notice)
{
    static const char *const names[] = {
        [NIC_NOTICE_NONE] = "none",
        [NIC_NOTICE_RETRANSMITTING] = "retransmitting",
        [NIC_NOTICE_NET_UNREACHABLE] = "net-unreachable",
        [NIC_NOTICE_HOST_UNREACHABLE] = "host-unreachable",
        [NIC_NOTICE_PROTOCOL_UNREACHABLE] = "protocol-unreachable",
        [NIC_NOTICE_PORT_UNREACHABLE] = "port-unreachable",
        [NIC_NOTICE_PROHIBITED] = "prohibited",
        [NIC_NOTICE_TIME_EXCEEDED] = "time-exceeded",
        [NIC_NOTICE_PARAMETER_PROBLEM] = "parameter-problem",
        [NIC_NOTICE_PATH_MTU] = "path-mtu",
    };
    static_assert(sizeof names / sizeof *names == NIC_NOTICE_COUNT, "a name per notice");
    assert(notice < NIC_NOTICE_COUNT);
    return names[notice];
}

void pkt_script_params(const struct pkt_script *s, struct tcp_params *tcp)
{
    const struct {
        uint32_t from, *to;
    } words[] = {{s->rto_min_us, &tcp->rto_min_us},
                 {s->delack_us, &tcp->delack_us},
                 {s->time_wait_us, &tcp->time_wait_us},
                 {s->fin_wait_2_us, &tcp->fin_wait_2_us},
                 {s->keepalive_idle_ms, &tcp->keepalive_idle_ms},
                 {s->keepalive_interval_ms, &tcp->keepalive_interval_ms}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].from)
            *words[i].to = words[i].from;
    const struct {
        uint32_t from;
        uint8_t *to;
    } bytes[] = {{s->keepalive_probes, &tcp->keepalive_probes},
                 {s->rexmt_max, &tcp->rexmt_max},
                 {s->syn_rexmt_max, &tcp->syn_rexmt_max},
                 {s->challenge_max, &tcp->challenge_max}};
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++)
        if (bytes[i].from)
            *bytes[i].to = (uint8_t)bytes[i].from;
    tcp->congestion = s->congestion;
}

enum pkt_option pkt_option_of(const char *name)
{
    static const char *const names[PKT_OPTION_COUNT] = {"nodelay",  "cork",      "keepalive",
                                                        "keepidle", "keepintvl", "keepcnt",
                                                        "maxseg",   "dscp",      "user_timeout"};
    unsigned i = 0;
    while (i < PKT_OPTION_COUNT && strcmp(names[i], name) != 0)
        i++;
    return (enum pkt_option)i;
}
