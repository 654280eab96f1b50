#include "models/check/move/check_checkpoint.h"

#include "models/check/check_state.h"
#include "models/hwif/checkpoint.h"

#include <string.h>

void check_checkpoint_on_event(struct check *check, const struct probe_event *event)
{
    struct check_conn *c = check_conn_of(check, event);
    if (!c || !c->open)
        return;
    if (event->kind == PROBE_CHECKPOINT) {
        c->checkpoint = event->payload.seq;
    } else if (event->kind == PROBE_CHECKPOINT_USED) {
        struct conn_ctx saved;
        memcpy(&saved, event->saved.image, sizeof saved);
        const uint32_t numbers[CHECKPOINT_LINES_MAX] = {saved.crc, saved.rx_consumed,
                                                        saved.rtt_start};
        for (uint32_t line = 0; line < event->saved.lines; line++)
            if (numbers[line] != c->checkpoint)
                check_fail(check, INVARIANT_CRC, event,
                           "line %u is of checkpoint %08x, but the newest whole one is %08x", line,
                           numbers[line], c->checkpoint);
    }
}
