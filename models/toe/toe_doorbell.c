#include "models/toe/toe_doorbell.h"

#include "models/base/planted.h"
#include "models/toe/toe_core.h"
#include "models/toe/toe_event.h"
#include "models/toe/tx/tx_ready.h"

void toe_doorbell_is_stale(struct toe_engine *engine, uint32_t conn, uint16_t gen, uint32_t value,
                           uint64_t now_ps)
{
    engine->stats.stale_doorbells++;
    bool known = conn < engine->params.conn_max;
    if (known && engine->conn[conn].stale_reported)
        return;
    if (!known && toe_event_waits(engine))
        return;
    if (known)
        engine->conn[conn].stale_reported = true;
    struct nic_event event = {
        .kind = NIC_EVENT_STALE_DOORBELL, .gen = gen, .conn = conn, .a = value};
    toe_event_post(engine, &event, now_ps);
}

static uint32_t seq_max(bool valid, uint32_t old, uint32_t value)
{
    return valid && (int32_t)(old - value) > 0 ? old : value;
}

/* Keeps only the newest values of a connection's doorbells, so their queue is bounded. */
void toe_doorbell(struct toe_engine *engine, const struct nic_doorbell *bell, uint64_t now_ps)
{
    struct toe_conn *c = bell->conn < engine->params.conn_max ? &engine->conn[bell->conn] : NULL;
    bool here =
        c && c->gen == bell->gen &&
        (c->own_state == OWN_ACTIVE || c->own_state == OWN_HOLD || PLANTED(stale_doorbell_taken));
    if (!here || bell->kind < NIC_DOORBELL_TX || bell->kind > NIC_DOORBELL_FIN) {
        toe_doorbell_is_stale(engine, bell->conn, bell->gen, bell->value, now_ps);
        return;
    }
    toe_probe(engine, (struct probe_event){.kind = PROBE_DOORBELL,
                                           .now_ps = now_ps,
                                           .conn = bell->conn,
                                           .gen = bell->gen,
                                           .doorbell.value = bell->value});
    if (bell->kind == NIC_DOORBELL_RX) {
        c->db_rx = seq_max(c->db & TOE_DB_RX, c->db_rx, bell->value);
        c->db |= TOE_DB_RX;
    } else {
        c->db_tx = seq_max(c->db & (TOE_DB_TX | TOE_DB_FIN), c->db_tx, bell->value);
        c->db |= bell->kind == NIC_DOORBELL_FIN ? TOE_DB_FIN : TOE_DB_TX;
    }
    if (c->own_state == OWN_ACTIVE)
        toe_tx_ready(engine, bell->conn);
}
