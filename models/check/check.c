#include "models/check/check.h"

#include "models/base/frame.h"
#include "models/base/memory.h"
#include "models/check/check_state.h"
#include "models/check/host/check_app.h"
#include "models/check/move/check_checkpoint.h"
#include "models/check/move/check_ctx.h"
#include "models/check/move/check_image.h"
#include "models/check/move/check_own.h"
#include "models/check/tcp/check_order.h"
#include "models/check/tcp/check_rx.h"

#include <stdlib.h>
#include <string.h>

struct check *check_create(const struct check_params *params)
{
    struct check *check = calloc(1, sizeof *check);
    if (!check)
        return NULL;
    check->params = *params;
    check->fate_capacity = 1 << 12;
    check->conns = calloc(params->conn_max, sizeof *check->conns);
    check->history = calloc(CHECK_HISTORY, sizeof *check->history);
    check->fates = calloc(check->fate_capacity, sizeof *check->fates);
    check->flows = check_flow_create(params->conn_max);
    if (!check->conns || !check->history || !check->fates || !check->flows) {
        check_destroy(check);
        return NULL;
    }
    return check;
}

void check_destroy(struct check *check)
{
    if (!check)
        return;
    for (uint32_t i = 0; check->conns && i < check->params.conn_max; i++) {
        if (check->conns[i])
            free(check->conns[i]->sent.bytes);
        free(check->conns[i]);
    }
    free(check->conns);
    free(check->history);
    free(check->fates);
    id_set_free(&check->triggers);
    check_order_free(check);
    free(check->flows);
    free(check->watched.conns);
    free(check);
}

static void on_open(struct check *check, const struct probe_event *event)
{
    if (event->conn >= check->params.conn_max)
        return;
    struct check_conn *c = check->conns[event->conn];
    if (!c)
        c = check->conns[event->conn] = calloc(1, sizeof *c);
    memory_check(c);
    if (event->conn >= check->conn_end)
        check->conn_end = event->conn + 1;
    /* Starts the next incarnation of the id. Generations continue, and so do the lists that contain it. */
    const struct check_conn old = *c;
    *c = (struct check_conn){.flow = old.flow,
                             .last_gen = old.last_gen,
                             .refused = old.refused,
                             .ever_active = old.ever_active};
    c->sent.bytes = old.sent.bytes;
    c->sent.capacity = old.sent.capacity;
    c->waits.listed = old.waits.listed;
    c->open = true;
    c->opened_ps = event->now_ps;
    c->irs_known = event->opened.irs != PROBE_IRS_UNKNOWN;
    c->irs = (uint32_t)event->opened.irs;
    c->iss = event->opened.iss;
    c->wire_max = c->iss;
    c->sent.low = c->sent.high = c->iss + 1;
    seq_set_init(&c->written, c->irs + 1);
    seq_set_init(&c->visible, c->irs + 1);
    if (event->opened.key)
        check_flow_open(check, event->conn, event->opened.key);
}

/* Parses the TCP segment of the event's frame, once for all rules. */
static void parse(struct check *check, const struct probe_event *event)
{
    static const uint64_t kinds = UINT64_C(1) << PROBE_FRAME_RX | UINT64_C(1) << PROBE_TX_BUILT |
                                  UINT64_C(1) << PROBE_RX_VERDICT |
                                  UINT64_C(1) << PROBE_FRAME_DROPPED;
    check->has_packet = false;
    check->packet_conn = CHECK_NO_CONN;
    const struct frame *frame = probe_frame_of(event);
    if (!(kinds >> event->kind & 1) || !frame)
        return;
    packet_parse(frame->data, frame->len, false, &check->packet);
    check->has_packet = check->packet.kind == PACKET_TCP;
    check->fragments |= check->packet.kind == PACKET_FRAGMENT;
    if (event->kind == PROBE_FRAME_RX && check->has_packet)
        check->packet_conn = check_flow_find(check, &check->packet);
}

/* The rules, one file each, in the order in which they see an event. A rule that compares a frame with
 * earlier ones comes before the rules that record the frame: check_sent_on_event() runs before wire_max and
 * the ACKs sent to the peer advance, and check_app_on_event() runs after check_carry_on_event(), which
 * keeps the context. */
static void (*const checkers[])(struct check *check, const struct probe_event *event) = {
    check_own_on_event,        check_image_on_event, check_rx_on_event,   check_sent_on_event,
    check_seq_on_event,        check_wire_on_event,  check_fate_on_event, check_ctx_on_event,
    check_move_on_event,       check_carry_on_event, check_hold_on_event, check_order_on_event,
    check_idle_on_event,       check_term_on_event,  check_app_on_event,  check_time_wait_on_event,
    check_checkpoint_on_event, check_watch_on_event,
};

static void on_event(void *self, const struct probe_event *event)
{
    struct check *check = self;
    struct probe_event *slot = &check->history[check->history_count++ % CHECK_HISTORY];
    *slot = *event;
    if (event->kind == PROBE_CONN_OPEN)
        on_open(check, event);
    if (event->kind == PROBE_FENCE)
        check->fenced[event->nic] = event->fence.is_fenced;
    check_watch_look(check, event->now_ps, false);
    parse(check, event);
    for (size_t i = 0; i < sizeof checkers / sizeof checkers[0]; i++)
        checkers[i](check, event);
}

struct probe_listener check_listener(struct check *check)
{
    uint64_t kinds = 0;
    static const uint8_t wanted[] = {
        PROBE_FRAME_RX,    PROBE_FRAME_DROPPED,  PROBE_RX_VERDICT,     PROBE_RX_APPLIED,
        PROBE_RX_WRITTEN,  PROBE_RX_VISIBLE,     PROBE_TX_BUILT,       PROBE_TX_CREDIT,
        PROBE_OWN_STATE,   PROBE_CTX_OUT,        PROBE_CTX_IN,         PROBE_MOVE_MARK,
        PROBE_MOVE_BEGIN,  PROBE_MOVE_END,       PROBE_DIR_STATE,      PROBE_RXIF_STORED,
        PROBE_RECORD_USED, PROBE_CONN_OPEN,      PROBE_CONN_GONE,      PROBE_APP_RX,
        PROBE_APP_NOTICE,  PROBE_FENCE,          PROBE_FRAME_ANSWERED, PROBE_CTX_REFUSED,
        PROBE_SOFT_ERROR,  PROBE_MOVE_WANTED,    PROBE_RECORD_VISIBLE, PROBE_PORT_LINK,
        PROBE_CTX_WRITTEN, PROBE_CTX_LIVE,       PROBE_RX_QUEUED,      PROBE_FRAME_HELD,
        PROBE_APP_TX,      PROBE_APP_CLOSED,     PROBE_RESTS,          PROBE_DOORBELL,
        PROBE_FRAME_TX,    PROBE_APP_SHUT,       PROBE_CMD_RUNG,       PROBE_CMD_PUSHED,
        PROBE_CMD_DONE,    PROBE_TIME_WAIT_OVER, PROBE_TRANSFER_BEGIN, PROBE_TRANSFER_END,
        PROBE_IMAGE_HERE,  PROBE_RECORDED,       PROBE_CHECKPOINT,     PROBE_CHECKPOINT_USED};
    for (size_t i = 0; i < sizeof wanted; i++)
        kinds |= UINT64_C(1) << wanted[i];
    return (struct probe_listener){on_event, check, kinds};
}

void check_finish(struct check *check, const struct check_places *places, uint64_t now_ps)
{
    check_watch_look(check, now_ps, true);
    check_fate_finish(check, places, now_ps);
}

size_t check_frames_in_flight(const struct check *check) { return check->in_flight; }

size_t check_open_frames(const struct check *check) { return check->fate_open; }
