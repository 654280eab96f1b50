/*
 * Commands: started in the order of the ring; FREEZE, INSTALL and TX_FRAME then overlap, RESERVE,
 * RELEASE, ABORT and ICMP hold the next until they end. Commands of one connection never overlap.
 * Moves are in toe_move.c.
 */
#include "models/base/planted.h"
#include "models/toe/toe_internal.h"

#include <assert.h>
#include <string.h>

enum { CONST_LINE_OFFSET = CTX_CONST_LINE * CTX_LINE_BYTES, FRAME_BYTES_MIN = 14 };

void toe_cmd_read(struct toe_engine *e, uint64_t address, uint32_t len, uint32_t index,
                  void (*fn)(void *, uint64_t, bool, const uint8_t *, uint32_t, uint64_t),
                  uint64_t now_ps)
{
    struct pcie_read_done done = {.fn = fn, .self = e, .cookie = toe_cookie(e, index)};
    e->wiring.pcie.ops->read(e->wiring.pcie.self, address, len, done, now_ps);
}

uint8_t toe_cmd_result(uint8_t ctx_result)
{
    switch ((enum ctx_result)ctx_result) {
    case CTX_OK:
        return NIC_RESULT_OK;
    case CTX_ABSENT:
    case CTX_NOT_LOCKED:
    case CTX_END:
        return NIC_RESULT_ABSENT;
    case CTX_FULL:
        return NIC_RESULT_FULL;
    case CTX_DUPLICATE:
        return NIC_RESULT_DUPLICATE;
    case CTX_BAD:
        return NIC_RESULT_CTX_ERROR;
    case CTX_STALE:
    case CTX_FROZEN:
    case CTX_NOT_FROZEN:
        break;
    }
    return NIC_RESULT_STALE;
}

void toe_cmd_key(const struct conn_ctx *image, struct flow_key *key)
{
    memset(key, 0, sizeof *key);
    memcpy(key->laddr, image->laddr, sizeof key->laddr);
    memcpy(key->raddr, image->raddr, sizeof key->raddr);
    key->lport = image->lport;
    key->rport = image->rport;
    key->vlan = image->vlan;
    key->ip_version = image->ip_version;
}

void toe_cmd_complete(struct toe_engine *e, const struct nic_cmd *cmd, uint8_t result,
                      uint64_t frozen_ps, uint64_t drained_ps, uint64_t now_ps)
{
    if (result == NIC_RESULT_OK && (cmd->flags & NIC_CMD_FLAG_NO_COMPLETION))
        return;
    struct nic_event event = {.kind = NIC_EVENT_CMD_DONE,
                              .gen = cmd->gen,
                              .conn = cmd->conn,
                              .result = result,
                              .op = cmd->op,
                              .cookie = cmd->cookie,
                              .frozen_ps = frozen_ps,
                              .drained_ps = drained_ps};
    if (cmd->op == NIC_CMD_INSTALL && result != NIC_RESULT_OK)
        toe_probe(e, (struct probe_event){.kind = PROBE_CTX_REFUSED,
                                          .now_ps = now_ps,
                                          .conn = cmd->conn,
                                          .gen = cmd->gen,
                                          .refused.result = result});
    toe_event_post(e, &event, now_ps);
}

void toe_cmd_done(struct toe_engine *e, uint8_t op, uint8_t result, uint64_t now_ps)
{
    struct cmd_op *o = &e->cmd.op[op];
    assert(!o->completed);
    o->completed = true;
    toe_cmd_complete(e, &o->cmd, result, o->frozen_ps, o->drained_ps, now_ps);
}

/* RESERVE and RELEASE change who owns a tuple, ABORT and ICMP may end a connection, SET changes it: what
 * follows must see it. */
static bool is_serial(uint8_t op)
{
    return op == NIC_CMD_RESERVE || op == NIC_CMD_RELEASE || op == NIC_CMD_ABORT ||
           op == NIC_CMD_ICMP || op == NIC_CMD_SET;
}

static bool is_of_conn(uint8_t op)
{
    return is_serial(op) || op == NIC_CMD_INSTALL || op == NIC_CMD_FREEZE;
}

void toe_cmd_free(struct toe_engine *e, uint8_t op)
{
    struct cmd_op *o = &e->cmd.op[op];
    assert(o->step != OP_FREE);
    assert(e->cmd.ops_used > 0);
    if (is_serial(o->cmd.op))
        e->cmd.serial = false;
    if (is_of_conn(o->cmd.op) && o->cmd.conn < e->params.conn_max)
        e->conn[o->cmd.conn].busy = false;
    o->step = OP_FREE;
    e->cmd.ops_used--;
}

/* --- the DRIVER port of the cache: one request at a time, in the order of asking --- */

void toe_cmd_ask_port(struct toe_engine *e, uint8_t op, uint8_t ctx_op, uint64_t now_ps)
{
    struct toe_cmd *cmd = &e->cmd;
    assert(cmd->port_count < OPS_MAX);
    cmd->op[op].step = OP_PORT;
    cmd->op[op].ctx_op = ctx_op;
    cmd->port_queue[(cmd->port_head + cmd->port_count++) % OPS_MAX] = op;
    toe_cmd_port_kick(e, now_ps);
}

void toe_cmd_port_kick(struct toe_engine *e, uint64_t now_ps)
{
    struct toe_cmd *cmd = &e->cmd;
    if (cmd->port_count == 0 || cmd->port_op != TOE_NONE || !toe_lock_is_free(e, CTX_WHO_DRIVER))
        return;
    uint8_t op = cmd->port_queue[cmd->port_head];
    struct cmd_op *o = &cmd->op[op];
    if (o->ctx_op == CTX_OP_READ_LOCK && !toe_tx_has_reserve(e))
        return;
    cmd->port_head = (cmd->port_head + 1) % OPS_MAX;
    cmd->port_count--;
    cmd->port_op = op;
    if (o->ctx_op == CTX_OP_READ_LOCK) {
        toe_lock_ask(e, CTX_WHO_DRIVER, o->cmd.conn, o->cmd.gen, now_ps);
        return;
    }
    struct ctx_req req = {.op = o->ctx_op,
                          .who = CTX_WHO_DRIVER,
                          .conn = o->cmd.conn,
                          .gen = o->cmd.gen,
                          .tag = toe_cookie(e, op),
                          .key = o->key};
    if (o->ctx_op == CTX_OP_INSTALL)
        req.image = (const uint8_t *)&o->live;
    toe_ctx_send(e, &req, now_ps);
}

/* An ICMP error: the TCP core judges it. */
static void apply_icmp(struct toe_engine *e, uint8_t op, uint64_t now_ps)
{
    const struct nic_cmd *cmd = &e->cmd.op[op].cmd;
    struct tcp_icmp icmp = {.notice = cmd->notice,
                            .is_hard = (cmd->flags & NIC_CMD_FLAG_HARD) != 0,
                            .seq = cmd->tx_prod,
                            .mtu = cmd->count};
    struct tcp_result result;
    tcp_on_icmp(&e->lock[CTX_WHO_DRIVER].ctx, &icmp, &result);
    if (toe_lock_settle(e, CTX_WHO_DRIVER, &result, NULL, now_ps))
        return; /* done when the context is removed */
    toe_lock_write(e, CTX_WHO_DRIVER, now_ps);
    e->cmd.port_op = TOE_NONE;
    toe_cmd_done(e, op, result.verdict == NIC_VERDICT_APPLIED ? NIC_RESULT_OK : NIC_RESULT_STALE,
                 now_ps);
    toe_cmd_free(e, op);
}

static void apply_options(struct toe_engine *e, uint8_t op, uint64_t now_ps)
{
    struct nic_options options;
    nic_options_of_cmd(&e->cmd.op[op].cmd, &options);
    tcp_on_app_set(&e->lock[CTX_WHO_DRIVER].ctx, &options, &e->params.tcp, toe_now(now_ps));
    toe_lock_write(e, CTX_WHO_DRIVER, now_ps);
    e->cmd.port_op = TOE_NONE;
    toe_cmd_done(e, op, NIC_RESULT_OK, now_ps);
    toe_cmd_free(e, op);
}

/* The connection ends here and now. */
static void abort_connection(struct toe_engine *e, uint64_t now_ps)
{
    struct tcp_tx reset;
    struct toe_lock *lock = &e->lock[CTX_WHO_DRIVER];
    struct tcp_result aborted;
    tcp_on_app_abort(&lock->ctx, &aborted);
    tcp_build_reset(&lock->ctx, toe_now(now_ps), &reset);
    if (aborted.send_reset)
        (void)toe_tx_emit(e, &lock->ctx, &reset, now_ps);
    if (aborted.send_reset && PLANTED(second_reset))
        (void)toe_tx_emit(e, &lock->ctx, &reset, now_ps);
    toe_lock_remove(e, CTX_WHO_DRIVER, false, NIC_TERM_LOCAL_ABORT, now_ps);
}

static void on_lock(struct toe_engine *e, uint8_t op, uint8_t result, uint64_t now_ps)
{
    struct cmd_op *o = &e->cmd.op[op];
    o->result = toe_cmd_result(result);
    if (result == CTX_BAD)
        return; /* done when the context is removed */
    if (result != CTX_OK) {
        e->cmd.port_op = TOE_NONE;
        toe_cmd_done(e, op, o->result, now_ps);
        toe_cmd_free(e, op);
    } else if (o->cmd.op == NIC_CMD_ICMP) {
        apply_icmp(e, op, now_ps);
    } else if (o->cmd.op == NIC_CMD_SET) {
        apply_options(e, op, now_ps);
    } else {
        abort_connection(e, now_ps);
    }
}

static void on_tuple_done(struct toe_engine *e, uint8_t op, uint8_t result, uint64_t now_ps)
{
    struct cmd_op *o = &e->cmd.op[op];
    struct toe_conn *c = &e->conn[o->cmd.conn];
    if (result == CTX_OK && o->cmd.op == NIC_CMD_RESERVE) {
        c->gen = o->cmd.gen;
        toe_set_own(e, o->cmd.conn, OWN_RESERVED, now_ps);
    } else if (result == CTX_OK && c->gen == o->cmd.gen) {
        toe_set_own(e, o->cmd.conn, OWN_ABSENT, now_ps);
    }
    toe_cmd_done(e, op, toe_cmd_result(result), now_ps);
    toe_cmd_free(e, op);
}

void toe_cmd_on_response(struct toe_engine *e, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    uint8_t op = e->cmd.port_op;
    assert(op < OPS_MAX);
    if (rsp->op == CTX_OP_READ_LOCK) {
        on_lock(e, op, rsp->result, now_ps);
        return;
    }
    e->cmd.port_op = TOE_NONE;
    switch ((enum ctx_op)rsp->op) {
    case CTX_OP_REMOVE:
        toe_cmd_done(e, op, e->cmd.op[op].result, now_ps);
        toe_cmd_free(e, op);
        break;
    case CTX_OP_RESERVE:
    case CTX_OP_RELEASE:
        on_tuple_done(e, op, rsp->result, now_ps);
        break;
    case CTX_OP_INSTALL:
        toe_move_on_installed(e, op, rsp->result, now_ps);
        break;
    case CTX_OP_FREEZE:
        toe_move_on_frozen(e, op, rsp->result, now_ps);
        break;
    case CTX_OP_EXTRACT:
        toe_move_on_extracted(e, op, rsp, now_ps);
        break;
    default:
        assert(!"not asked by a command");
    }
}

/* --- start --- */

static void on_tuple(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                     uint64_t now_ps)
{
    struct toe_engine *e = self;
    if (!toe_read_is_good(e, cookie, ok, now_ps))
        return;
    uint8_t op = (uint8_t)cookie;
    struct cmd_op *o = &e->cmd.op[op];
    assert(len == CTX_LINE_BYTES);
    memset(&o->image, 0, sizeof o->image);
    memcpy((uint8_t *)&o->image + CONST_LINE_OFFSET, data, len);
    toe_cmd_key(&o->image, &o->key);
    toe_cmd_ask_port(e, op, o->cmd.op == NIC_CMD_RESERVE ? CTX_OP_RESERVE : CTX_OP_RELEASE, now_ps);
    toe_kick(e, now_ps);
}

/* False: the command waits in the queue for what it needs. */
static bool may_start(const struct toe_engine *e, const struct nic_cmd *cmd)
{
    if (e->cmd.serial || e->cmd.ops_used == OPS_MAX || e->event_count > 0)
        return false;
    if (cmd->op == NIC_CMD_TX_FRAME)
        return toe_tx_has_room(e);
    if (cmd->op == NIC_CMD_RX_INJECT && e->rx.inject_count == INJECT_MAX)
        return false;
    if (!is_of_conn(cmd->op) && cmd->op != NIC_CMD_RX_INJECT)
        return true;
    if (cmd->conn >= e->params.conn_max)
        return true;
    const struct toe_conn *c = &e->conn[cmd->conn];
    return !c->busy && c->end_slot == TOE_NO_INDEX;
}

static uint8_t alloc_op(struct toe_engine *e, const struct nic_cmd *cmd)
{
    uint8_t op = 0;
    while (e->cmd.op[op].step != OP_FREE)
        op++;
    assert(op < OPS_MAX);
    struct cmd_op *o = &e->cmd.op[op];
    memset(o, 0, offsetof(struct cmd_op, held));
    o->cmd = *cmd;
    o->step = OP_READ;
    e->cmd.ops_used++;
    return op;
}

static bool length_is_bad(const struct nic_cmd *cmd)
{
    return cmd->count < FRAME_BYTES_MIN || cmd->count > FRAME_BYTES_MAX;
}

/* What can be said without an operation of its own; NIC_RESULT_OK: nothing is wrong. */
static uint8_t check_cmd(const struct toe_engine *e, const struct nic_cmd *cmd)
{
    bool of_frame = cmd->op == NIC_CMD_RX_INJECT || cmd->op == NIC_CMD_TX_FRAME;
    if (cmd->op == NIC_CMD_SET_ISS_KEY || cmd->op > NIC_CMD_SET)
        return NIC_RESULT_UNSUPPORTED;
    if (cmd->op == NIC_CMD_ICMP &&
        (cmd->notice == NIC_NOTICE_NONE || cmd->notice >= NIC_NOTICE_COUNT))
        return NIC_RESULT_UNSUPPORTED;
    if (of_frame && length_is_bad(cmd))
        return NIC_RESULT_BAD_FRAME;
    if (is_of_conn(cmd->op) && cmd->conn >= e->params.conn_max)
        return NIC_RESULT_ABSENT;
    if (cmd->op == NIC_CMD_INSTALL && cmd->count > HELD_MAX)
        return NIC_RESULT_UNSUPPORTED;
    return NIC_RESULT_OK;
}

static void start_op(struct toe_engine *e, const struct nic_cmd *cmd, uint64_t now_ps)
{
    uint8_t op = alloc_op(e, cmd);
    e->conn[cmd->conn].busy = true;
    switch ((enum nic_cmd_op)cmd->op) {
    case NIC_CMD_RESERVE:
    case NIC_CMD_RELEASE:
        e->cmd.serial = true;
        toe_cmd_read(e, cmd->image + CONST_LINE_OFFSET, CTX_LINE_BYTES, op, on_tuple, now_ps);
        break;
    case NIC_CMD_ABORT:
    case NIC_CMD_ICMP:
    case NIC_CMD_SET:
        e->cmd.serial = true;
        toe_cmd_ask_port(e, op, CTX_OP_READ_LOCK, now_ps);
        break;
    case NIC_CMD_INSTALL:
        toe_move_install(e, op, now_ps);
        break;
    case NIC_CMD_FREEZE:
        toe_move_freeze(e, op, now_ps);
        break;
    default:
        assert(!"not a command of a connection");
    }
}

static bool start_tx_frame(struct toe_engine *e, const struct nic_cmd *cmd, uint64_t now_ps)
{
    uint8_t op = alloc_op(e, cmd);
    e->cmd.op[op].step = OP_TX;
    if (toe_tx_host_frame(e, op, now_ps))
        return true;
    toe_cmd_free(e, op);
    return false;
}

/* False: the frame pool is empty; the command stays first. */
static bool start(struct toe_engine *e, const struct nic_cmd *cmd, uint64_t now_ps)
{
    uint8_t result = check_cmd(e, cmd);
    if (result != NIC_RESULT_OK || cmd->op == NIC_CMD_NOP)
        toe_cmd_complete(e, cmd, result, 0, 0, now_ps);
    else if (cmd->op == NIC_CMD_TX_FRAME)
        return start_tx_frame(e, cmd, now_ps);
    else if (cmd->op == NIC_CMD_RX_INJECT)
        return toe_move_inject(e, cmd, now_ps);
    else
        start_op(e, cmd, now_ps);
    return true;
}

void toe_cmd_kick(struct toe_engine *e, uint64_t now_ps)
{
    struct toe_cmd *cmd = &e->cmd;
    toe_move_fetch_kick(e, now_ps);
    while (cmd->count > 0 && may_start(e, &cmd->queue[cmd->head])) {
        struct nic_cmd next = cmd->queue[cmd->head];
        if (!start(e, &next, now_ps)) {
            toe_due_set(e, UNIT_RETRY, now_ps + RETRY_US * PS_PER_US);
            break;
        }
        e->stats.commands++;
        cmd->head = (cmd->head + 1) % PREFETCH_MAX;
        cmd->count--;
    }
    toe_ring_fetch_cmds(e, now_ps);
}

/* A fence or reset: no command is completed any more. */
void toe_cmd_flush(struct toe_engine *e, uint64_t now_ps)
{
    for (uint8_t op = 0; op < OPS_MAX; op++) {
        struct cmd_op *o = &e->cmd.op[op];
        if (o->step != OP_FREE && o->cmd.op == NIC_CMD_INSTALL)
            toe_move_flush_held(e, o, now_ps);
        o->step = OP_FREE;
    }
    e->cmd.ops_used = e->cmd.count = e->cmd.head = 0;
    e->cmd.serial = false;
    e->cmd.port_head = e->cmd.port_count = 0;
    e->cmd.port_op = TOE_NONE;
    e->cmd.held_count = e->cmd.draining = 0;
}
