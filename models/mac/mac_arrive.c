#include "models/mac/mac_arrive.h"

#include "models/mac/lacp/lacp_port.h"
#include "models/mac/mac_control.h"
#include "models/mac/mac_report.h"
#include "models/wire/bytes.h"

#include <string.h>

enum { ETH_BYTES = 14, TYPE_AT = 12, TAG_BYTES = 4, TAGS_MAX = 2, GROUP_BIT = 1 };

static bool is_tag(uint16_t type) { return type == 0x8100 || type == 0x88a8 || type == 0x9100; }

/* Returns the maximum length. Each VLAN tag adds four bytes to it (802.3 3.2.7, 802.1Q G.2.3). */
static uint32_t len_max(const struct mac *mac, const struct frame *frame)
{
    uint32_t tags = 0;
    while (tags < TAGS_MAX && is_tag(be16_load(frame->data + TYPE_AT + tags * TAG_BYTES)))
        tags++;
    return mac->params.mtu_bytes + ETH_BYTES + tags * TAG_BYTES;
}

static enum drop_reason judge(const struct mac *mac, const struct mac_slot *slot)
{
    const struct frame *frame = slot->frame;
    uint64_t first_bit_ps = slot->start_ps + mac->far->params.cable_ps;
    bool is_bad = (frame->flags & FRAME_BAD_FCS) != 0;
    if (!mac->link_up || first_bit_ps < mac->up_since_ps)
        return DROP_LINK_DOWN;
    if (mac->fenced)
        return DROP_FENCED;
    if (mac_frame_bytes(frame) < MAC_PAYLOAD_MIN + MAC_FCS_BYTES || frame->len < ETH_BYTES)
        return DROP_RUNT;
    if (frame->len > mac->params.mtu_bytes + ETH_BYTES && frame->len > len_max(mac, frame))
        return is_bad ? DROP_JABBER : DROP_OVERSIZE;
    if (is_bad)
        return DROP_BAD_FCS;
    if (mac->has_station && !(frame->data[0] & GROUP_BIT) &&
        memcmp(frame->data, mac->station, sizeof mac->station) != 0)
        return DROP_WRONG_DESTINATION;
    return DROP_NONE;
}

/* Returns true if a cut-through port has handed the frame on before it could know this reason. */
static bool is_passed_on(const struct mac *mac, enum drop_reason reason)
{
    return mac->params.cut_through &&
           (reason == DROP_BAD_FCS || reason == DROP_OVERSIZE || reason == DROP_JABBER);
}

/* Returns true for a frame of link aggregation control. The frame has at least an Ethernet header. */
static bool is_slow(const struct frame *frame)
{
    enum slow_kind kind = lacp_parse(frame->data, frame->len, NULL, NULL);
    return kind == SLOW_LACP || kind == SLOW_MARKER || kind == SLOW_MARKER_RESPONSE;
}

/* MAC control frames end here (802.3 31.3), and so do frames of link aggregation if this port takes part in
 * it. They belong to no connection. */
static enum drop_reason judge_control(struct mac *mac, struct mac_slot *slot)
{
    uint16_t quanta;
    switch (mac_control_parse(slot->frame->data, slot->frame->len, &quanta)) {
    case MAC_CONTROL_NONE:
        if (mac->lacp && is_slow(slot->frame)) {
            slot->kind = MAC_SLOT_SLOW;
            mac->stats.rx_slow++;
        }
        return DROP_NONE;
    case MAC_CONTROL_PAUSE:
        slot->kind = MAC_SLOT_PAUSE;
        mac->stats.rx_pause++;
        return DROP_NONE;
    case MAC_CONTROL_PFC:
        mac->stats.rx_pfc++;
        return DROP_MAC_CONTROL;
    case MAC_CONTROL_OTHER:
        return DROP_MAC_CONTROL;
    }
    return DROP_NONE;
}

void mac_arrive(struct mac *mac, struct mac_slot *slot)
{
    struct frame *frame = slot->frame;
    frame->mac_time_ps = slot->arrive_ps;
    if (mac->nic >= 0)
        frame->port = (uint8_t)mac->nic;
    slot->kind = MAC_SLOT_DATA;
    enum drop_reason reason = judge(mac, slot);
    if (is_passed_on(mac, reason)) {
        mac->stats.rx_bad_fcs_passed += (frame->flags & FRAME_BAD_FCS) != 0;
        reason = DROP_NONE;
    } else if (reason == DROP_NONE) {
        reason = judge_control(mac, slot);
    }
    if (reason != DROP_NONE) {
        slot->frame = NULL;
        mac_drop(mac, frame, reason, slot->arrive_ps);
        return;
    }
    if (slot->kind != MAC_SLOT_DATA)
        return;
    mac->stats.rx_frames++;
    mac->stats.rx_bytes += mac_frame_bytes(frame);
    mac_emit(mac, PROBE_FRAME_RX, frame, slot->arrive_ps);
}
