#include "host-sw/minimal/minimal_move.h"

#include "host-sw/minimal/minimal_conn.h"
#include "host-sw/minimal/minimal_frame.h"
#include "host-sw/minimal/minimal_io.h"
#include "host-sw/minimal/minimal_report.h"

#include "models/tcp/seq.h"

#include <assert.h>
#include <string.h>

/* The sequence of section 8: FREEZE and RESERVE in one step. */
void minimal_move(struct minimal *m, struct minimal_conn *c, const struct minimal_frame *frame)
{
    assert(minimal_conn_is_sane(c));
    c->trigger = (struct move_trigger){.at_ps = frame->mac_time_ps,
                                       .decided_ps = minimal_now(m),
                                       .frame_id = frame->id,
                                       .kind = TRIGGER_FRAME,
                                       .port = frame->port,
                                       .policy = "first-packet"};
    c->moving = c->reserved = true;
    c->refused = false;
    c->source = c->view.owner;
    c->source_gen = c->view.gen;
    c->dest = frame->port;
    c->t0_ps = frame->mac_time_ps;
    c->held_moved = c->forwarded = 0;
    c->held_bytes = 0;
    minimal_report_begin(m, c);
    minimal_set_state(m, c, DIR_FREEZING);
    minimal_command(m, c, c->source, (struct nic_cmd){.op = NIC_CMD_FREEZE});
    minimal_command(m, c, c->dest,
                    (struct nic_cmd){.op = NIC_CMD_RESERVE, .gen = (uint16_t)(c->source_gen + 1)});
    minimal_hold(m, c, frame);
}

/* Writes the list of held frames, which the NIC has from now on, and returns its address. */
static uint64_t write_held(struct minimal *m, struct minimal_conn *c)
{
    assert(minimal_conn_is_sane(c));
    uint64_t address = m->held_lists + (uint64_t)minimal_id(m, c) * m->params.hold_frames_per_conn *
                                           sizeof(struct nic_held);
    for (uint32_t i = 0; i < c->held_count; i++) {
        const struct minimal_frame *frame = &c->held[i];
        struct nic_held held = {.frame = frame->buffer,
                                .frame_time_ps = frame->mac_time_ps,
                                .frame_id = frame->id,
                                .bytes = frame->bytes,
                                .port = frame->port};
        m->bus.ops->mem_write(m->bus.self, address + i * sizeof held, &held, sizeof held);
        minimal_lend(m, frame);
    }
    return address;
}

void minimal_install(struct minimal *m, struct minimal_conn *c, unsigned nic,
                     struct conn_ctx *image, enum move_reason reason)
{
    assert(minimal_conn_is_sane(c));
    uint32_t id = minimal_id(m, c);
    image->owner = image->tx_if = (uint8_t)nic;
    image->generation = c->view.gen;
    image->own_state = OWN_HOLD;
    image->move_reason = (uint8_t)reason;
    image->rx_if = c->view.rx_if;
    if (image->move_count < UINT16_MAX)
        image->move_count++;
    tcp_image_seal(image);
    m->bus.ops->mem_write(m->bus.self, m->images + (uint64_t)id * CTX_BYTES, image, CTX_BYTES);
    uint64_t list = write_held(m, c);
    minimal_command(m, c, nic,
                    (struct nic_cmd){.op = NIC_CMD_INSTALL,
                                     .flags = c->fin_wanted ? NIC_CMD_FLAG_FIN : 0,
                                     .list = c->held_count ? list : 0,
                                     .count = c->held_count,
                                     .tx_prod = c->tx_prod,
                                     .rx_consumed = reason == MOVE_OPENED ? 0 : c->rx_consumed});
    c->reserved = false; /* INSTALL uses it up */
    c->applied = false;
    c->rung_tx = c->tx_prod;
    c->rung_rx = c->rx_consumed;
    c->rung_fin = c->fin_wanted;
}

static void on_frozen(struct minimal *m, struct minimal_conn *c, const struct nic_event *event)
{
    assert(minimal_conn_is_sane(c));
    struct conn_ctx image;
    bool leaves_tombstone = event->result == NIC_RESULT_OK || event->result == NIC_RESULT_CTX_ERROR;
    if (c->ended && leaves_tombstone)
        minimal_release(m, c, c->source, c->source_gen);
    c->tombstone = !c->ended && leaves_tombstone;
    if (c->ended || event->result != NIC_RESULT_OK)
        return; /* the event about the end of the connection has come, or comes */
    memcpy(
        &image,
        m->bus.ops->mem_read(m->bus.self, m->images + (uint64_t)event->conn * CTX_BYTES, CTX_BYTES),
        CTX_BYTES);
    minimal_charge(m, CPU_COST_IMAGE_CHECK, 1);
    if (!tcp_image_check(&image) || image.conn_id != event->conn ||
        image.generation != c->source_gen) {
        minimal_give_up(m, c, NIC_TERM_CTX_ERROR);
        return;
    }
    minimal_mark(m, c, MARK_IMAGE_SEEN, minimal_now(m));
    if (c->refused) {
        minimal_give_up(m, c, NIC_TERM_ENGINE_ERROR);
        return;
    }
    c->view.gen++;
    minimal_install(m, c, c->dest, &image, MOVE_FOREIGN);
    minimal_set_state(m, c, DIR_INSTALLING);
    if (m->install_count < sizeof m->installs / sizeof m->installs[0])
        m->installs[m->install_count++] = event->conn;
}

/* Takes back the frames of a failed INSTALL, which the NIC has not processed. */
static void take_back(struct minimal *m, struct minimal_conn *c)
{
    assert(minimal_conn_is_sane(c));
    for (uint32_t i = 0; i < c->held_count; i++) {
        struct minimal_frame frame;
        if (minimal_take_lent(m, c->held[i].id, &frame))
            minimal_drop(m, &frame, PROBE_NO_CONN, DROP_NO_CONNECTION);
    }
    c->held_count = 0;
}

static void on_installed(struct minimal *m, struct minimal_conn *c, const struct nic_event *event)
{
    assert(minimal_conn_is_sane(c));
    if (event->result != NIC_RESULT_OK) {
        take_back(m, c);
        if (!c->ended)
            minimal_give_up(m, c, NIC_TERM_ENGINE_ERROR);
        return;
    }
    c->held_count = 0;
    if (c->ended)
        return;
    c->view.owner = c->dest;
    c->view.moves += c->moving;
    if (c->tombstone)
        minimal_release(m, c, c->source, c->source_gen);
    c->tombstone = false;
    minimal_set_state(m, c, DIR_ACTIVE);
    minimal_report_end(m, c, MOVE_END_COMPLETED);
    minimal_touch(m, c); /* the application may have written and read meanwhile */
}

static void on_done(struct minimal *m, unsigned nic, const struct nic_event *event)
{
    assert(m->nics[nic].commands_open > 0);
    struct minimal_frame frame;
    struct minimal_conn *c = event->conn < m->conn_count ? &m->conns[event->conn] : NULL;
    m->nics[nic].commands_open--;
    if (event->op == NIC_CMD_TX_FRAME && minimal_take_lent(m, event->cookie, &frame))
        minimal_give_back(m, &frame);
    if (event->op == NIC_CMD_RX_INJECT && event->result != NIC_RESULT_OK &&
        minimal_take_lent(m, event->cookie, &frame))
        minimal_drop(m, &frame, event->conn, DROP_MALFORMED);
    if (!c)
        return;
    if (event->op == NIC_CMD_RESERVE && event->result != NIC_RESULT_OK) {
        c->refused = true;
        c->reserved = false;
    }
    if (event->op == NIC_CMD_FREEZE)
        on_frozen(m, c, event);
    if (event->op == NIC_CMD_INSTALL)
        on_installed(m, c, event);
    if (event->op == NIC_CMD_ABORT && event->result == NIC_RESULT_OK && !c->ended)
        minimal_end(m, c, NIC_TERM_LOCAL_ABORT);
    minimal_done(m, c);
}

/* Only an event of the current generation ends a connection. */
static void on_ended(struct minimal *m, const struct nic_event *event, enum nic_term_cause cause)
{
    struct minimal_conn *c = event->conn < m->conn_count ? &m->conns[event->conn] : NULL;
    if (!c || c->ended || event->gen != c->view.gen) {
        m->stats.stale_events += cause != NIC_TERM_LOCAL_ABORT;
        return;
    }
    uint32_t acked = seq_lt(c->tx_prod, event->a) ? c->tx_prod : event->a;
    if (cause == NIC_TERM_NONE && seq_lt(c->snd_una, acked)) {
        c->view.tx_bytes += acked - c->snd_una;
        c->snd_una = acked;
    }
    minimal_end(m, c, cause);
}

void minimal_on_event(struct minimal *m, unsigned nic, const struct nic_event *event)
{
    m->stats.events++;
    minimal_charge(m, CPU_COST_EVENT, 1);
    switch ((enum nic_event_kind)event->kind) {
    case NIC_EVENT_CMD_DONE:
        on_done(m, nic, event);
        break;
    case NIC_EVENT_TERMINATED:
        on_ended(m, event,
                 event->detail ? (enum nic_term_cause)event->detail : NIC_TERM_ENGINE_ERROR);
        break;
    case NIC_EVENT_CLOSED:
        on_ended(m, event, NIC_TERM_NONE);
        break;
    case NIC_EVENT_STALE_DOORBELL:
        m->stats.stale_doorbells++;
        break;
    case NIC_EVENT_NOTICE:
        m->stats.notices++;
        break;
    default:
        break; /* links and lost buffers are not the minimal program's business */
    }
}
