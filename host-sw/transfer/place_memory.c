#include "host-sw/transfer/place_memory.h"

#include "host-sw/conn/conn.h"
#include "host-sw/conn/fate.h"
#include "host-sw/life/idle.h"
#include "host-sw/mechanism/mechanism.h"
#include "host-sw/server/server.h"
#include "host-sw/stack/seq.h"
#include "host-sw/transfer/image.h"
#include "host-sw/transfer/nic_places.h"
#include "host-sw/transfer/place_nic.h"
#include "host-sw/transfer/transfer_report.h"
#include "models/base/planted.h"

#include <assert.h>

/* Hands out the image as the connection left it, with deadlines that are nearer by the time spent at rest. */
static void take(struct host_sw *sw, struct dir_entry *entry)
{
    assert(dir_entry_is_sane(entry));
    struct conn_ctx image;
    uint64_t now_ps = server_now(sw);
    assert(entry->state == DIR_INACTIVE);
    image_read(sw, entry, &image);
    tcp_image_age(&image, (now_ps - entry->extracted_ps) / PS_PER_US);
    entry->extracted_ps = now_ps; /* the image is as old as this moment now */
    entry->transfer.frozen_ps = now_ps;
    idle_disarm(sw, entry);
    entry->transfer.mechanism->on_done(
        sw, entry, &(struct transfer_done){.step = TRANSFER_TAKEN, .image = &image});
}

/* A NIC may have received something before it stopped, so its image is checked again. The host's own TCP was checked
 * and stopped in the same step. */
static bool accepts(struct host_sw *sw, struct dir_entry *entry, const struct conn_ctx *image)
{
    assert(dir_entry_is_sane(entry));
    return entry->transfer.src == PLACE_HOST || idle_accepts(sw, entry, image);
}

/* Gives back the memory of each ring that holds no bytes, because the connection may rest for a long time. */
static void discard_rings(struct host_sw *sw, const struct dir_entry *entry,
                          const struct conn_ctx *image)
{
    assert(dir_entry_is_sane(entry));
    bool is_read =
        image->rcv_nxt == entry->rcv_nxt && dir_entry_rx_end(entry) == entry->rx_consumed;
    if (is_read && !tcp_holds_out_of_order(image))
        sw->bus.ops->mem_discard(sw->bus.self, entry->rx_ring, sw->params.ring_bytes);
    if (!host_seq_lt(image->snd_una, entry->tx_prod) || PLANTED(unacked_discarded))
        sw->bus.ops->mem_discard(sw->bus.self, entry->tx_ring, sw->params.ring_bytes);
}

/* A NIC has already written the image to its slot, so only an image of the host's own TCP is stored here. The
 * connection keeps its generation while it is at rest. */
static void give(struct host_sw *sw, struct dir_entry *entry, unsigned place,
                 enum move_reason reason, struct conn_ctx *image)
{
    assert(dir_entry_is_sane(entry));
    const struct transfer *transfer = &entry->transfer;
    (void)place;
    (void)reason;
    place_nic_release_source(sw, entry);
    if (transfer->src == PLACE_HOST)
        image_write(sw, entry, image);
    entry->extracted_ps = transfer->frozen_ps;
    idle_arm(sw, entry, image);
    discard_rings(sw, entry, image);
    nic_places_count(sw, entry, false);
    conn_set_state(sw, entry, DIR_INACTIVE);
    entry->transfer.mechanism->on_done(sw, entry, &(struct transfer_done){.step = TRANSFER_GIVEN});
}

/* A frame brings the connection back, if possible to the NIC that received the frame. */
static void relay(struct host_sw *sw, struct dir_entry *entry, unsigned place,
                  const struct dir_frame *frame, const struct packet *packet)
{
    assert(dir_entry_is_sane(entry));
    (void)place;
    (void)packet;
    struct move_trigger why = {.at_ps = frame->mac_time_ps,
                               .decided_ps = server_now(sw),
                               .frame_id = frame->frame_id,
                               .kind = TRIGGER_FRAME,
                               .port = frame->port};
    fate_hold(sw, entry, frame);
    idle_reactivate(sw, entry, frame->port, &why);
}

const struct place_ops place_memory = {
    .take = take, .accepts = accepts, .give = give, .relay = relay};
