/* Giving a context to a NIC: RESERVE, INSTALL with the held frames, and what their ends mean. */
#include "host-sw/team/team.h"

#include "models/base/planted.h"

#include <assert.h>
#include <string.h>

enum { INSTALL_TRIES_MAX = 2 }; /* a refused image is tried once more */

void install_reserve(struct host_sw *sw, struct dir_entry *entry, unsigned nic, uint16_t gen)
{
    uint32_t conn = team_conn_of(sw, entry);
    struct nic_cmd cmd = {.op = NIC_CMD_RESERVE, .gen = gen, .image = team_image_address(sw, conn)};
    entry->reload.reserved = true;
    entry->reload.reserve_refused = false;
    entry->reload.reserve_gen = gen;
    entry->reload.reserve_nic = (uint8_t)nic;
    team_command(sw, entry, nic, cmd, 0);
}

void install_release(struct host_sw *sw, struct dir_entry *entry, unsigned nic, uint16_t gen)
{
    if (!sw->nics[nic].up)
        return; /* what a dead NIC remembers harms nobody: generations differ */
    uint32_t conn = team_conn_of(sw, entry);
    struct nic_cmd cmd = {.op = NIC_CMD_RELEASE,
                          .flags = NIC_CMD_FLAG_NO_COMPLETION,
                          .gen = gen,
                          .image = team_image_address(sw, conn)};
    team_command(sw, entry, nic, cmd, 0);
}

/* Writes the list of held frames; each is with the NIC from now on, until its record comes. */
static void write_held(struct host_sw *sw, struct dir_entry *entry, unsigned nic)
{
    struct nic_held held[TEAM_HELD_SLOT_FRAMES_MAX];
    uint32_t count = 0;
    for (uint32_t i = entry->held_head; i != DIR_NONE; i = sw->hold.nodes[i].next) {
        const struct dir_frame *frame = &sw->hold.nodes[i].frame;
        assert(count < TEAM_HELD_SLOT_FRAMES_MAX);
        held[count++] = (struct nic_held){.frame = frame->buffer,
                                          .frame_time_ps = frame->mac_time_ps,
                                          .frame_id = frame->frame_id,
                                          .bytes = frame->bytes,
                                          .port = frame->port};
        buffer_pool_ref(&sw->pool, frame->buffer);
        inject_table_add(&sw->injected, frame->frame_id, frame->buffer, nic);
    }
    assert(count == entry->held_count);
    if (count)
        sw->bus.ops->mem_write(sw->bus.self, team_held_address(sw, team_conn_of(sw, entry)), held,
                               (uint32_t)(count * sizeof held[0]));
}

/* An INSTALL failed: its frames were not looked at and are the host's again. */
static void take_back_held(struct host_sw *sw, struct dir_entry *entry)
{
    for (uint32_t i = entry->held_head; i != DIR_NONE; i = sw->hold.nodes[i].next) {
        uint64_t buffer = inject_table_remove(&sw->injected, sw->hold.nodes[i].frame.frame_id);
        if (buffer)
            buffer_pool_unref(&sw->pool, buffer);
    }
}

static void issue(struct host_sw *sw, struct dir_entry *entry, unsigned nic)
{
    uint32_t conn = team_conn_of(sw, entry);
    write_held(sw, entry, nic);
    struct nic_cmd cmd = {.op = NIC_CMD_INSTALL,
                          .flags = entry->fin_wanted ? (uint8_t)NIC_CMD_FLAG_FIN : (uint8_t)0,
                          .gen = entry->gen,
                          .image = team_image_address(sw, conn),
                          .list = entry->held_count ? team_held_address(sw, conn) : 0,
                          .count = entry->held_count,
                          .tx_prod = entry->tx_prod,
                          /* before it is synchronised the engine learns it from the SYN */
                          .rx_consumed =
                              entry->reload.kind == RELOAD_OPEN ? 0 : entry->rx_consumed};
    entry->rung_tx = entry->tx_prod;
    entry->rung_rx = entry->rx_consumed;
    entry->rung_fin = entry->fin_wanted;
    entry->reload.installing = true;
    entry->reload.install_tries++;
    entry->reload.reserved = false; /* taken by the INSTALL */
    team_command(sw, entry, nic, cmd, 0);
}

void install_give(struct host_sw *sw, struct dir_entry *entry, unsigned nic,
                  enum move_reason reason, struct conn_ctx *image)
{
    struct reload *reload = &entry->reload;
    uint32_t conn = team_conn_of(sw, entry);
    uint16_t gen = reload->kind == RELOAD_OPEN ? entry->gen : (uint16_t)(entry->gen + 1);
    if (reload->tombstone && reload->src == nic) {
        install_release(sw, entry, nic, reload->src_gen);
        reload->tombstone = false;
    }
    place_count(sw, entry, true);
    image->owner = (uint8_t)nic;
    image->generation = gen;
    image->own_state = OWN_HOLD;
    if (image->move_count < UINT16_MAX)
        image->move_count++;
    image->move_reason = (uint8_t)reason;
    if (PLANTED(claim_image_changed))
        image->srtt /= 2;
    image->rx_if = entry->rx_if;
    image->tx_if = (uint8_t)nic;
    tcp_image_seal(image);
    sw->bus.ops->mem_write(sw->bus.self, team_image_address(sw, conn), image, sizeof *image);
    if (gen != entry->gen)
        directory_next_gen(entry);
    assert(gen == entry->gen);
    entry->applied = false;
    reload->dest = (uint8_t)nic;
    reload->reason = (uint8_t)reason;
    reload->install_tries = 0;
    if (reload->reserved && (reload->reserve_nic != nic || reload->reserve_gen != gen)) {
        install_release(sw, entry, reload->reserve_nic, reload->reserve_gen);
        reload->reserved = false;
    }
    if (!reload->reserved)
        install_reserve(sw, entry, nic, gen);
    issue(sw, entry, nic);
}

void install_begin(struct host_sw *sw, struct dir_entry *entry, unsigned nic,
                   enum move_reason reason)
{
    struct conn_ctx image;
    uint64_t address = team_image_address(sw, team_conn_of(sw, entry));
    memcpy(&image, sw->bus.ops->mem_read(sw->bus.self, address, sizeof image), sizeof image);
    install_give(sw, entry, nic, reason, &image);
    team_set_state(sw, entry, DIR_INSTALLING);
    if (entry->reload.kind == RELOAD_MOVE)
        team_mark_issue(sw, entry);
}

void install_on_reserve_done(struct host_sw *sw, struct dir_entry *entry,
                             const struct nic_event *event)
{
    (void)sw;
    struct reload *reload = &entry->reload;
    if (event->result == NIC_RESULT_OK || reload->reserve_gen != event->gen)
        return;
    /* With INSTALL already under way, that one fails too and decides. */
    reload->reserved = false;
    reload->reserve_refused = true;
}

/* No NIC took it: the host does. Only an image that is damaged in host memory is lost. */
static void on_failed_for_good(struct host_sw *sw, struct dir_entry *entry)
{
    uint8_t kind = entry->reload.kind;
    if (kind == RELOAD_MOVE)
        move_finish(sw, entry, MOVE_END_FAILED);
    sw->stats.offload_failed += kind == RELOAD_OFFLOAD;
    if (!place_take_refused(sw, entry))
        termination_give_up(sw, entry, NIC_TERM_CTX_ERROR);
    move_run_queue(sw);
}

static void on_failed(struct host_sw *sw, struct dir_entry *entry, const struct nic_event *event)
{
    struct reload *reload = &entry->reload;
    unsigned nic = reload->dest;
    bool may_retry = event->result == NIC_RESULT_BAD_IMAGE;
    take_back_held(sw, entry);
    if (may_retry && reload->install_tries < INSTALL_TRIES_MAX) {
        issue(sw, entry, nic);
        return;
    }
    if (!reload->reserve_refused)
        install_release(sw, entry, nic, entry->gen);
    if (reload->kind == RELOAD_MOVE && !reload->returning && sw->nics[reload->src].up) {
        reload->returning = true;
        install_begin(sw, entry, reload->src, MOVE_RETURNED);
        return;
    }
    on_failed_for_good(sw, entry);
}

static void count_done(struct host_sw *sw, struct dir_entry *entry)
{
    switch ((enum reload_kind)entry->reload.kind) {
    case RELOAD_OPEN:
        sw->stats.offloaded++;
        break;
    case RELOAD_MOVE:
        if (!entry->reload.returning)
            entry->moves++;
        break;
    case RELOAD_REACTIVATE:
        sw->stats.reactivated++;
        break;
    case RELOAD_OFFLOAD:
        sw->stats.reoffloaded++;
        break;
    case RELOAD_ONLOAD:
    case RELOAD_IDLE:
    case RELOAD_NONE:
        break;
    }
}

void install_on_done(struct host_sw *sw, struct dir_entry *entry, const struct nic_event *event)
{
    struct reload *reload = &entry->reload;
    assert(reload->installing && event->gen == entry->gen && event->nic == reload->dest);
    reload->installing = false;
    if (event->result != NIC_RESULT_OK) {
        on_failed(sw, entry, event);
        return;
    }
    hold_drop_first(&sw->hold, entry, entry->held_count);
    entry->owner = reload->dest;
    if (reload->tombstone)
        install_release(sw, entry, reload->src, reload->src_gen);
    count_done(sw, entry);
    team_set_state(sw, entry, DIR_ACTIVE);
    if (reload->kind == RELOAD_MOVE)
        move_finish(sw, entry, reload->returning ? MOVE_END_FAILED : MOVE_END_COMPLETED);
    move_unlist(sw, entry);
    *reload = (struct reload){0};
    team_touch(sw, entry);    /* values that changed meanwhile */
    move_off_port(sw, entry); /* its port may have been lost meanwhile */
    move_run_queue(sw);
}

void install_after_end(struct host_sw *sw, struct dir_entry *entry, unsigned nic, uint16_t gen,
                       bool ok)
{
    if (ok) {
        /* The NIC has a connection nobody knows any more, or has just ended it itself: ABORT ends
         * the first and is harmless to the second. */
        struct nic_cmd cmd = {.op = NIC_CMD_ABORT, .gen = gen};
        hold_drop_first(&sw->hold, entry, entry->held_count);
        if (entry->given_up)
            team_command(sw, entry, nic, cmd, 0);
        return;
    }
    take_back_held(sw, entry);
    termination_redispatch_held(sw, entry);
}
