#include "host-sw/team/checkpoint.h"

#include "host-sw/conn/conn.h"
#include "host-sw/mechanism/mechanism.h"
#include "host-sw/mechanism/mechanism_table.h"
#include "host-sw/server/server.h"
#include "models/base/planted.h"
#include "models/hwif/checkpoint.h"
#include "models/tcp/rebuild/tcp_restore.h"

#include <assert.h>
#include <string.h>

uint32_t checkpoint_lines(const struct host_sw_params *params)
{
    const struct mechanism_ops *ops = mechanism_table[params->mechanism];
    bool moves = params->moving_enabled && ops->checkpoint_lines;
    return moves ? ops->checkpoint_lines(params->own) : 0;
}

uint64_t checkpoint_bytes(const struct host_sw_params *params)
{
    return checkpoint_lines(params) > 0 ? (uint64_t)params->conn_max * CHECKPOINT_STRIDE : 0;
}

void checkpoint_restore(struct host_sw *sw, const struct dir_entry *entry, struct conn_ctx *ctx)
{
    assert(dir_entry_is_sane(entry));
    uint32_t lines = checkpoint_lines(&sw->params);
    if (lines == 0 || !sw->checkpoints_address)
        return;
    uint64_t at = sw->checkpoints_address + (uint64_t)entry->conn * CHECKPOINT_STRIDE;
    struct conn_ctx saved = {0};
    memcpy(&saved, sw->bus.ops->mem_read(sw->bus.self, at, lines * CTX_LINE_BYTES),
           (size_t)lines * CTX_LINE_BYTES);
    server_charge(sw, CPU_COST_IMAGE_CHECK, 1);
    unsigned compared = PLANTED(torn_checkpoint_accepted) ? 1 : lines;
    if (!checkpoint_is_whole(&saved, compared, entry->conn, entry->gen)) {
        sw->stats.checkpoints_refused++;
        return;
    }
    sw->stats.checkpoints_used++;
    conn_emit(sw, entry, entry->owner,
              (struct probe_event){.kind = PROBE_CHECKPOINT_USED,
                                   .saved = {.image = &saved, .lines = lines}});
    tcp_restore(ctx, &saved, lines);
}
