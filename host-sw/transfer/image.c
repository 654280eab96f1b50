#include "host-sw/transfer/image.h"

#include "host-sw/server/server.h"
#include "host-sw/transfer/place.h"
#include "models/base/planted.h"
#include "models/tcp/rebuild/tcp_hard.h"

#include <assert.h>
#include <string.h>

uint64_t image_address(const struct host_sw *sw, uint32_t conn)
{
    return sw->images_address + (uint64_t)conn * CTX_BYTES;
}

/* Clears the lines that an image of the hard subset does not have, because the NIC has not written them. */
static void forget_soft(struct conn_ctx *image)
{
    uint32_t crc = image->crc;
    tcp_image_harden(image);
    image->crc = crc; /* it is the NIC's, and judges what the NIC has written */
}

void image_read(const struct host_sw *sw, const struct dir_entry *entry, struct conn_ctx *image)
{
    assert(dir_entry_is_sane(entry));
    uint64_t address = image_address(sw, entry->conn);
    memcpy(image, sw->bus.ops->mem_read(sw->bus.self, address, sizeof *image), sizeof *image);
    if (entry->transfer.at_nics.is_hard)
        forget_soft(image);
}

void image_write(struct host_sw *sw, const struct dir_entry *entry, const struct conn_ctx *image)
{
    assert(dir_entry_is_sane(entry));
    uint64_t address = image_address(sw, entry->conn);
    sw->bus.ops->mem_write(sw->bus.self, address, image, sizeof *image);
}

bool image_is_of(const struct dir_entry *entry, const struct conn_ctx *image, uint16_t gen)
{
    assert(dir_entry_is_sane(entry));
    return tcp_image_check(image) && image->conn_id == entry->conn && image->generation == gen;
}

void image_hand_over(const struct dir_entry *entry, struct conn_ctx *image, unsigned place,
                     enum move_reason reason)
{
    assert(dir_entry_is_sane(entry));
    assert(place < PLACE_COUNT);
    image->owner = (uint8_t)place;
    image->generation = entry->gen;
    image->own_state = OWN_HOLD;
    if (image->move_count < UINT16_MAX)
        image->move_count++;
    image->move_reason = (uint8_t)reason;
    image->rx_if = entry->rx_if;
    /* The host's own TCP sends through the port on which its last frame arrived. */
    bool is_nic = place < NIC_COUNT;
    image->tx_if = is_nic ? (uint8_t)place : entry->rx_if;
    if (is_nic && PLANTED(claim_image_changed))
        image->srtt /= 2;
    tcp_image_seal(image);
}
