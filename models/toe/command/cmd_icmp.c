#include "models/toe/command/cmd_icmp.h"

#include "models/toe/command/common/locked.h"
#include "models/toe/toe_core.h"
#include "models/toe/toe_lock.h"
#include "models/toe/toe_settle.h"

static uint8_t check(const struct nic_cmd *cmd)
{
    bool is_known = cmd->notice != NIC_NOTICE_NONE && cmd->notice < NIC_NOTICE_COUNT;
    return is_known ? NIC_RESULT_OK : NIC_RESULT_UNSUPPORTED;
}

static void on_cache(struct toe_engine *engine, struct toe_op *op, const struct ctx_rsp *rsp,
                     uint64_t now_ps)
{
    if (!toe_locked_is_granted(engine, op, rsp, now_ps))
        return;
    const struct nic_cmd *cmd = &op->cmd;
    struct tcp_icmp icmp = {.notice = cmd->notice,
                            .is_hard = (cmd->flags & NIC_CMD_FLAG_HARD) != 0,
                            .seq = cmd->tx_prod,
                            .mtu = cmd->count};
    struct tcp_result result;
    tcp_on_icmp(toe_lock_ctx(engine, CTX_WHO_DRIVER), &icmp, &result);
    if (toe_lock_settle(engine, CTX_WHO_DRIVER, &result, NULL, now_ps))
        return; /* the command ends when the context is removed */
    bool is_believed = result.verdict == NIC_VERDICT_APPLIED;
    toe_locked_end(engine, op, is_believed ? NIC_RESULT_OK : NIC_RESULT_STALE, now_ps);
}

/* ICMP is serial because it may end a connection, and the commands after it must see that. */
const struct toe_command toe_cmd_icmp = {.name = "ICMP",
                                         .is_serial = true,
                                         .is_of_conn = true,
                                         .check = check,
                                         .start = toe_locked_start,
                                         .on_cache = on_cache};
