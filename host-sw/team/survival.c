/*
 * What the host has of a connection when its NIC is dead: the directory's counters, the last record, the options of the
 * application, and the constant line in the connection's image slot. With the policy `recorded` the peer has been told
 * nothing that is newer than the last visible record, so this is enough.
 */
#include "host-sw/team/survival.h"

#include "host-sw/conn/conn.h"
#include "host-sw/life/termination.h"
#include "host-sw/server/server.h"
#include "host-sw/team/checkpoint.h"
#include "host-sw/transfer/image.h"
#include "host-sw/transfer/transfer.h"
#include "models/tcp/rebuild/tcp_rebuild.h"

#include <assert.h>

bool survival_is_possible(const struct host_sw *sw, unsigned dead)
{
    return sw->transfers.mechanism->rebuilds && sw->nics[dead].records_first &&
           sw->nics[team_other(dead)].up;
}

bool survival_has_read_all(const struct host_sw *sw, unsigned dead)
{
    const struct nic_driver *driver = &sw->nics[dead];
    return !nic_driver_has_rings(driver) ||
           (!nic_ring_peek(&driver->records) && !nic_ring_peek(&driver->events));
}

/* The end of the server's stream as the peer acknowledges it, behind the FIN if there is one. */
static uint32_t end_of_stream(const struct dir_entry *entry)
{
    return entry->tx_prod + (entry->fin_wanted ? 1 : 0);
}

/* The records show that the connection has ended, but the event that says so was lost. */
static void end(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    bool in_order =
        entry->fin_wanted && entry->peer_fin && entry->report.snd_una == end_of_stream(entry);
    struct conn_ctx slot;
    image_read(sw, entry, &slot);
    struct nic_event event = {.kind = NIC_EVENT_CLOSED,
                              .gen = entry->gen,
                              .conn = entry->conn,
                              .nic = entry->owner,
                              .detail = entry->tcp_state,
                              .a = end_of_stream(entry),
                              .b = entry->rcv_nxt,
                              .ts_recent = entry->report.ts_recent,
                              .ts_offset = slot.ts_offset,
                              .features = entry->report.features};
    if (entry->tcp_state == TCP_TIME_WAIT || in_order) {
        termination_on_closed(sw, &event);
        return;
    }
    event.kind = NIC_EVENT_TERMINATED; /* only the peer's reset closes a connection at once */
    event.detail = NIC_TERM_REMOTE_RESET;
    termination_on_terminated(sw, &event);
}

static struct tcp_known known_of(const struct dir_entry *entry)
{
    const struct conn_report *report = &entry->report;
    bool opens = entry->tcp_state == TCP_SYN_RCVD;
    return (struct tcp_known){.tcp_state = entry->tcp_state,
                              .features = report->features,
                              .snd_ws = report->scales & 0xf,
                              .rcv_ws = report->scales >> 4,
                              .mss = report->mss,
                              .peer_fin = entry->peer_fin,
                              .fin_told = entry->rung_fin,
                              .snd_una = opens ? entry->iss : entry->snd_una,
                              .snd_wnd = report->snd_wnd,
                              .tx_told = entry->rung_tx,
                              .rcv_nxt = entry->rcv_nxt,
                              .ts_recent = report->ts_recent,
                              .rx_told = entry->rung_rx};
}

/* Fills in the image, whose constant line is valid. Returns false if nothing can be built from the last record. */
static bool build(struct host_sw *sw, const struct dir_entry *entry, struct conn_ctx *image)
{
    uint64_t now_ps = server_now(sw);
    struct tcp_now now = {us_ticks(now_ps), ms_ticks(now_ps)};
    struct tcp_known known = known_of(entry);
    if (!entry->report.known || !tcp_can_rebuild(&known))
        return false;
    image->conn_id = entry->conn;
    image->generation = entry->gen;
    tcp_rebuild(image, &known, &sw->params.tcp, now);
    checkpoint_restore(sw, entry, image);
    tcp_on_app_set(image, &entry->options, &sw->params.tcp, now);
    image->last_rx = us_ticks(entry->last_rx_ps);
    tcp_image_from_live(image, now);
    return true;
}

/* No record of the connection has come, so no segment of the peer was answered, and the first image is still right. */
static bool is_untouched(const struct dir_entry *entry, const struct conn_ctx *image)
{
    return !entry->report.known && image->tcp_state <= TCP_SYN_SENT &&
           image_is_of(entry, image, image->generation);
}

static void rebuild(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    struct conn_ctx image;
    image_read(sw, entry, &image);
    server_charge(sw, CPU_COST_OPEN, 1); /* it is as much work as to build the image of a new one */
    if (sw->mode->may_own(&sw->ports, entry->transfer.dest) &&
        (is_untouched(entry, &image) || build(sw, entry, &image)))
        transfer_rebuilt(sw, entry, &image);
    else
        termination_give_up(sw, entry, NIC_TERM_ENGINE_ERROR);
}

void survival_run(struct host_sw *sw, unsigned dead)
{
    assert(!sw->nics[dead].up && survival_has_read_all(sw, dead));
    server_charge(sw, CPU_COST_SCAN_ENTRY, sw->dir.used_end);
    for (uint32_t conn = 0; conn < sw->dir.used_end; conn++) {
        struct dir_entry *entry = &sw->dir.entries[conn];
        if (!transfer_awaits_rebuild(entry, dead))
            continue;
        bool over = entry->report.known &&
                    (entry->tcp_state == TCP_CLOSED || entry->tcp_state == TCP_TIME_WAIT);
        if (over)
            end(sw, entry);
        else
            rebuild(sw, entry);
    }
}
