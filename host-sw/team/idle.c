/* Connections silent for long leave their NIC and rest in host memory; the next frame brings them
 * back. */
#include "host-sw/team/team.h"

#include <assert.h>

/* What the driver can know without asking the NIC: nothing to send, nothing to read, no reload. */
static bool seems_quiet(const struct dir_entry *entry)
{
    return entry->established && !entry->fin_wanted && !entry->abort_wanted &&
           entry->snd_una == entry->tx_prod && entry->rung_tx == entry->tx_prod &&
           conn_io_rx_end(entry) == entry->rx_consumed && !entry->move_wanted;
}

/* One that was found busy and not heard since, as while its NIC delays an acknowledgment, is left
 * alone for as long again as it was busy: every question stops it and moves its context twice. */
static uint64_t may_rest_ps(const struct host_sw *sw, const struct dir_entry *entry)
{
    uint64_t since_ps = u64_max(entry->last_rx_ps, entry->idle_refused_ps);
    bool heard = entry->last_rx_ps > entry->idle_refused_ps;
    return since_ps + u64_max(sw->params.idle_ps, heard ? 0 : entry->idle_wait_ps);
}

static void consider(struct host_sw *sw, struct dir_entry *entry, uint64_t now_ps)
{
    if (entry->state == DIR_INACTIVE && entry->keepalive_ps <= now_ps) {
        idle_reactivate(sw, entry, entry->owner, now_ps);
        return;
    }
    if (entry->state != DIR_ACTIVE || entry->owner == PLACE_HOST || !seems_quiet(entry))
        return;
    if (now_ps < may_rest_ps(sw, entry))
        return;
    entry->reload = (struct reload){.kind = RELOAD_IDLE, .dest = entry->owner};
    move_list(sw, entry);
    move_freeze(sw, entry, NIC_CMD_FLAG_KEEP_IMAGE);
}

void idle_scan(struct host_sw *sw, uint64_t now_ps)
{
    team_charge(sw, CPU_COST_SCAN_ENTRY, sw->dir.used_end);
    for (uint32_t conn = 0; conn < sw->dir.used_end; conn++)
        consider(sw, &sw->dir.entries[conn], now_ps);
}

static void rest(struct host_sw *sw, struct dir_entry *entry, const struct conn_ctx *image)
{
    struct reload *reload = &entry->reload;
    uint64_t now_ps = team_now(sw);
    install_release(sw, entry, reload->src, reload->src_gen);
    move_unlist(sw, entry);
    *reload = (struct reload){0};
    entry->extracted_ps = now_ps;
    entry->keepalive_ps = TIME_NEVER;
    if ((image->timers & CTX_TIMER_KEEPALIVE) != 0)
        entry->keepalive_ps = now_ps + image->keepalive_deadline * PS_PER_MS;
    /* Read and acknowledged, all of it; nothing arrived out of order either. */
    sw->bus.ops->mem_discard(sw->bus.self, entry->rx_ring, sw->params.ring_bytes);
    sw->bus.ops->mem_discard(sw->bus.self, entry->tx_ring, sw->params.ring_bytes);
    sw->stats.inactivated++;
    place_count(sw, entry, false);
    team_set_state(sw, entry, DIR_INACTIVE);
}

void idle_on_extracted(struct host_sw *sw, struct dir_entry *entry, const struct conn_ctx *image)
{
    uint64_t now_ps = team_now(sw);
    bool woken = entry->held_count > 0 || !seems_quiet(entry) ||
                 now_ps < entry->last_rx_ps + sw->params.idle_ps;
    if (!woken && tcp_is_quiet(image)) {
        rest(sw, entry, image);
        return;
    }
    /* A frame or the application came first, or the NIC knows of something outstanding: back
     * to where it was. Not asked again before another idle time. */
    bool heard = entry->last_rx_ps > entry->idle_refused_ps;
    entry->idle_wait_ps =
        heard ? sw->params.idle_ps : u64_max(sw->params.idle_ps, 2 * entry->idle_wait_ps);
    entry->idle_refused_ps = now_ps;
    install_begin(sw, entry, entry->reload.src, MOVE_RETURNED);
}

static uint32_t add_capped(uint32_t age, uint64_t more)
{
    return (uint32_t)u64_min(age + more, INT32_MAX);
}

/* Ages grew and keepalive came nearer while the image rested; nothing else was running. */
static void age_image(struct conn_ctx *image, uint64_t elapsed_ps)
{
    uint64_t ms = elapsed_ps / PS_PER_MS;
    image->ts_recent_age = add_capped(image->ts_recent_age, ms);
    image->last_send = add_capped(image->last_send, elapsed_ps / PS_PER_US);
    image->keepalive_deadline -= (uint32_t)u64_min(image->keepalive_deadline, ms);
}

void idle_reactivate(struct host_sw *sw, struct dir_entry *entry, unsigned nic, uint64_t t0_ps)
{
    assert(entry->state == DIR_INACTIVE);
    uint64_t address = team_image_address(sw, team_conn_of(sw, entry));
    struct conn_ctx image =
        *(const struct conn_ctx *)sw->bus.ops->mem_read(sw->bus.self, address, sizeof image);
    uint64_t now_ps = team_now(sw);
    age_image(&image, now_ps - entry->extracted_ps);
    entry->extracted_ps = now_ps; /* should this fail, only later time is added */
    entry->keepalive_ps = TIME_NEVER;
    entry->t0_ps = t0_ps;
    entry->idle_refused_ps = now_ps;
    entry->idle_wait_ps = 0;
    if (sw->on_nics >= sw->params.offload_max) {
        directory_next_gen(entry);
        sw->stats.reactivated++;
        place_take(sw, entry, &image, HOST_REASON_TABLE_FULL);
        return;
    }
    entry->reload = (struct reload){.kind = RELOAD_REACTIVATE, .dest = (uint8_t)nic};
    move_list(sw, entry);
    install_give(sw, entry, nic, MOVE_REACTIVATED, &image);
    team_set_state(sw, entry, DIR_INSTALLING);
}
