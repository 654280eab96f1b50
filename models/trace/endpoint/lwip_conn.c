#include "models/trace/endpoint/lwip_conn.h"
#include "models/trace/endpoint/lwip_conn_pvt.h"
#include "models/trace/endpoint/lwip_stack_pvt.h"

#include "models/trace/endpoint/lwip_stack.h"

#include <assert.h>
#include <dlfcn.h>
#include <lwip/ip.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/tcp.h>
#include <string.h>

/* Calls tcp_output() of lwIP. It is looked up in the library, because models/tcp has a function of the same name and the
 * linker would use that one. */
static err_t lwip_tcp_output(struct tcp_pcb *pcb)
{
    static err_t (*function)(struct tcp_pcb *);
    if (!function) {
        void *library = dlopen("liblwip.so.0", RTLD_NOW | RTLD_NOLOAD);
        void *symbol = library ? dlsym(library, "tcp_output") : NULL;
        assert(symbol);
        memcpy(&function, &symbol, sizeof function); /* POSIX: a pointer of dlsym() may be called */
        dlclose(library);
    }
    return function(pcb);
}

static const struct lwip_hooks *hooks_of(const struct lwip_conn *conn)
{
    return lwip_stack_hooks(conn->stack);
}

bool lwip_pcb_is_outstanding(const struct tcp_pcb *pcb)
{
    enum { OWED = TF_ACK_DELAY | TF_ACK_NOW | TF_CLOSEPEND | TF_NAGLEMEMERR };
    bool silent = pcb->state == ESTABLISHED || pcb->state == CLOSE_WAIT || pcb->state == FIN_WAIT_2;
    return !silent || pcb->unsent || pcb->unacked || pcb->ooseq || pcb->refused_data ||
           (pcb->flags & OWED) || pcb->persist_backoff;
}

bool lwip_conn_is_outstanding(const struct lwip_conn *conn)
{
    return conn->pcb && lwip_pcb_is_outstanding(conn->pcb);
}

static err_t on_connected(void *arg, struct tcp_pcb *pcb, err_t err)
{
    struct lwip_conn *conn = arg;
    (void)pcb, (void)err;
    hooks_of(conn)->on_connected(hooks_of(conn)->self, conn);
    return ERR_OK;
}

static err_t on_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
    struct lwip_conn *conn = arg;
    const struct lwip_hooks *hooks = hooks_of(conn);
    (void)err;
    if (!p) {
        hooks->on_fin(hooks->self, conn);
        return ERR_OK;
    }
    for (const struct pbuf *q = p; q; q = q->next)
        hooks->on_bytes(hooks->self, conn, q->payload, q->len);
    tcp_recved(pcb, p->tot_len);
    pbuf_free(p);
    return ERR_OK;
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t len)
{
    struct lwip_conn *conn = arg;
    (void)pcb;
    hooks_of(conn)->on_acked(hooks_of(conn)->self, conn, len);
    return ERR_OK;
}

/* lwIP calls this function after it has freed the pcb. */
static void on_err(void *arg, err_t err)
{
    struct lwip_conn *conn = arg;
    conn->pcb = NULL;
    enum lwip_end end = err == ERR_CLSD ? LWIP_CLOSED : err == ERR_RST ? LWIP_RESET : LWIP_GAVE_UP;
    hooks_of(conn)->on_end(hooks_of(conn)->self, conn, end);
}

static void forget(struct tcp_pcb *pcb)
{
    tcp_arg(pcb, NULL);
    tcp_recv(pcb, NULL);
    tcp_sent(pcb, NULL);
    tcp_err(pcb, NULL);
}

void lwip_conn_settle(struct lwip_conn *conn)
{
    if (conn->pcb->state != TIME_WAIT)
        return;
    forget(conn->pcb);
    conn->pcb = NULL;
    hooks_of(conn)->on_end(hooks_of(conn)->self, conn, LWIP_CLOSED);
}

void lwip_conn_drop_all(void)
{
    struct tcp_pcb **lists[] = {&tcp_active_pcbs, &tcp_tw_pcbs, &tcp_bound_pcbs};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        while (*lists[i]) {
            forget(*lists[i]);
            tcp_abandon(*lists[i], 0);
        }
    }
}

static void address(ip_addr_t *out, const uint8_t addr[16], bool v4, struct netif *netif)
{
    memset(out, 0, sizeof *out);
    if (v4) {
        memcpy(&ip_2_ip4(out)->addr, addr + 12, 4);
        IP_SET_TYPE(out, IPADDR_TYPE_V4);
        return;
    }
    memcpy(ip_2_ip6(out)->addr, addr, sizeof ip_2_ip6(out)->addr);
    IP_SET_TYPE(out, IPADDR_TYPE_V6);
    ip6_addr_assign_zone(ip_2_ip6(out), IP6_UNICAST, netif);
}

/* Returns false for addresses that no host can have. lwIP would open such a connection but never accept the answer. */
static bool is_usable(const ip_addr_t *addr)
{
    if (ip_addr_isany(addr) || ip_addr_ismulticast(addr))
        return false;
    if (IP_IS_V6(addr))
        return !ip6_addr_isipv4mappedipv6(ip_2_ip6(addr));
    return ip_2_ip4(addr)->addr != IPADDR_BROADCAST;
}

static err_t open_pcb(struct lwip_conn *conn, struct tcp_pcb *pcb, const struct flow_key *key)
{
    ip_addr_t client, server;
    address(&client, key->raddr, key->ip_version == 4, netif_default);
    address(&server, key->laddr, key->ip_version == 4, netif_default);
    if (!is_usable(&client) || key->rport == 0 || key->lport == 0)
        return ERR_VAL;
    ip_set_option(pcb, SOF_REUSEADDR); /* one client port to several servers */
    err_t err = tcp_bind(pcb, &client, key->rport);
    if (err != ERR_OK)
        return err;
    tcp_arg(pcb, conn);
    tcp_recv(pcb, on_recv);
    tcp_sent(pcb, on_sent);
    tcp_err(pcb, on_err);
    tcp_nagle_disable(pcb); /* The captured times count, not Nagle's. */
    return tcp_connect(pcb, &server, key->lport, on_connected);
}

const char *lwip_conn_open(struct lwip_stack *stack, struct lwip_conn *conn,
                           const struct flow_key *key, uint64_t now_ps)
{
    *conn = (struct lwip_conn){.stack = stack};
    lwip_stack_enter(stack, now_ps);
    lwip_stack_be(stack, key->raddr, key->ip_version);
    struct tcp_pcb *pcb = tcp_new_ip_type(key->ip_version == 4 ? IPADDR_TYPE_V4 : IPADDR_TYPE_V6);
    if (!pcb)
        return "no memory for it in lwIP";
    err_t err = open_pcb(conn, pcb, key);
    if (err != ERR_OK) {
        forget(pcb);
        tcp_abandon(pcb, 0);
        return err == ERR_VAL   ? "an address or port that no host can have"
               : err == ERR_USE ? "lwIP has that tuple in use"
                                : "lwIP refused to connect";
    }
    conn->pcb = pcb;
    lwip_stack_leave(stack, conn);
    return NULL;
}

uint32_t lwip_conn_space(const struct lwip_conn *conn)
{
    return conn->pcb ? tcp_sndbuf(conn->pcb) : 0;
}

/* Writes the bytes in pieces, because tcp_write() takes either all bytes or none. */
uint32_t lwip_conn_write(struct lwip_conn *conn, const uint8_t *bytes, uint32_t len, bool more,
                         uint64_t now_ps)
{
    lwip_stack_enter(conn->stack, now_ps);
    struct tcp_pcb *pcb = conn->pcb;
    uint32_t taken = 0;
    while (pcb && taken < len) {
        uint32_t piece = u32_min(len - taken, u32_min(tcp_sndbuf(pcb), pcb->mss));
        u8_t flags = more || taken + piece < len ? TCP_WRITE_FLAG_COPY | TCP_WRITE_FLAG_MORE
                                                 : TCP_WRITE_FLAG_COPY;
        if (piece == 0 || tcp_write(pcb, bytes + taken, (u16_t)piece, flags) != ERR_OK)
            break;
        taken += piece;
    }
    if (pcb && taken)
        lwip_tcp_output(pcb); /* Bytes without room stay unsent. */
    lwip_stack_leave(conn->stack, conn);
    return taken;
}

void lwip_conn_shutdown(struct lwip_conn *conn, uint64_t now_ps)
{
    lwip_stack_enter(conn->stack, now_ps);
    if (conn->pcb)
        tcp_shutdown(conn->pcb, 0, 1); /* lwIP retries without memory for the FIN. */
    lwip_stack_leave(conn->stack, conn);
}

void lwip_conn_abort(struct lwip_conn *conn, uint64_t now_ps)
{
    lwip_stack_enter(conn->stack, now_ps);
    struct tcp_pcb *pcb = conn->pcb;
    conn->pcb = NULL;
    if (!pcb)
        return;
    forget(pcb);
    tcp_abort(pcb);
}
