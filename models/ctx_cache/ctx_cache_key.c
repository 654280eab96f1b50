#include "models/ctx_cache/ctx_cache_key.h"

#include "models/hwif/conn_ctx.h"

#include <string.h>

void ctx_core_key_of_image(const uint8_t *image, struct flow_key *key)
{
    struct conn_ctx ctx;
    memcpy(&ctx, image, sizeof ctx);
    memset(key, 0, sizeof *key);
    memcpy(key->laddr, ctx.laddr, sizeof key->laddr);
    memcpy(key->raddr, ctx.raddr, sizeof key->raddr);
    key->lport = ctx.lport;
    key->rport = ctx.rport;
    key->vlan = ctx.vlan;
    key->ip_version = ctx.ip_version;
}

void ctx_core_key_to_line(const struct flow_key *key, uint8_t line[CTX_LINE_BYTES])
{
    struct conn_ctx ctx = {
        .lport = key->lport, .rport = key->rport, .vlan = key->vlan, .ip_version = key->ip_version};
    memcpy(ctx.laddr, key->laddr, sizeof ctx.laddr);
    memcpy(ctx.raddr, key->raddr, sizeof ctx.raddr);
    memcpy(line, (const uint8_t *)&ctx + CTX_CONST_LINE * CTX_LINE_BYTES, CTX_LINE_BYTES);
}
