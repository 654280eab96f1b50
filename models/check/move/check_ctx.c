#include "models/check/move/check_ctx.h"

#include "models/check/check_state.h"

#include "models/hwif/nic_desc.h"

void check_ctx_on_event(struct check *check, const struct probe_event *event)
{
    struct check_conn *c = check_conn_of(check, event);
    if (!c || event->nic >= NIC_COUNT)
        return;
    bool *hit = &c->soft_error[event->nic];
    switch (event->kind) {
    case PROBE_SOFT_ERROR:
        *hit = true;
        break;
    case PROBE_OWN_STATE: /* the context has left, so its errors no longer matter */
        if (event->own.state == OWN_ABSENT || event->own.state == OWN_TOMBSTONE)
            *hit = false;
        break;
    case PROBE_CONN_GONE:
        if (event->ended.cause == NIC_TERM_CTX_ERROR && !*hit)
            check_fail(check, INVARIANT_CTX, event, "no soft error was injected");
        *hit = false;
        break;
    default:
        break;
    }
}
