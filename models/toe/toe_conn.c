#include "models/toe/toe_conn.h"

#include "models/hwif/conn_ctx.h"
#include "models/hwif/ctx_store.h"

#include <string.h>

void toe_conn_flow_key(const struct conn_ctx *ctx, struct flow_key *key)
{
    memset(key, 0, sizeof *key);
    memcpy(key->laddr, ctx->laddr, sizeof key->laddr);
    memcpy(key->raddr, ctx->raddr, sizeof key->raddr);
    key->lport = ctx->lport;
    key->rport = ctx->rport;
    key->vlan = ctx->vlan;
    key->ip_version = ctx->ip_version;
}
