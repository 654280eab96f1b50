// Connects the queues and the link aggregation of the lines. The queues decide when a MAC sends
// pause frames, and link aggregation decides which ports are in the group.
#include "sim/testbed/testbed.h"

#include <cassert>
#include <cstring>

// Tells each receiver of the switch and of the NICs which queue it must watch to send pause frames.
void testbed::watch_queues()
{
    auto uplink_level = [](void *self, uint64_t now_ps) {
        return mac_tx_queued(static_cast<testbed *>(self)->mac_[MAC_SWITCH_UPLINK], now_ps);
    };
    auto member_level = [](void *self, uint64_t now_ps) {
        mac **macs = static_cast<testbed *>(self)->mac_;
        return u32_max(mac_tx_queued(macs[MAC_SWITCH0], now_ps),
                       mac_tx_queued(macs[MAC_SWITCH1], now_ps));
    };
    auto engine_level = [](void *self, uint64_t) {
        return toe_engine_rx_queued(static_cast<nic_slot *>(self)->engine);
    };
    mac_on_rx_level(mac_[MAC_SWITCH0], uplink_level, this);
    mac_on_rx_level(mac_[MAC_SWITCH1], uplink_level, this);
    mac_on_rx_level(mac_[MAC_SWITCH_UPLINK], member_level, this);
    for (unsigned n = 0; n < NIC_COUNT; n++)
        mac_on_rx_level(mac_[MAC_NIC0 + n], engine_level, &slot_[n]);
}

// The driver of a NIC sees its port up while the port has carrier, and link aggregation control, if
// there is any, allows the port to send.
void testbed::report_port(unsigned nic, uint64_t now_ps)
{
    const mac *port = mac_[MAC_NIC0 + nic];
    bool usable = mac_link_is_up(port) && mac_lacp_distributes(port);
    if (usable == port_usable_[nic])
        return;
    port_usable_[nic] = usable;
    toe_engine_on_link(slot_[nic].engine, usable, now_ps);
}

// Both NICs are one system of link aggregation, and the switch is the other one. At the beginning
// of the run each link has already been in the group for a long time.
void testbed::make_lacp()
{
    static const uint8_t switch_system[6] = {0x02, 0x54, 0x4f, 0x45, 0xff, 0x02};
    auto on_nic = [](void *self, bool, uint64_t now_ps) {
        auto *slot = static_cast<nic_slot *>(self);
        slot->bed->report_port(slot->nic, now_ps);
    };
    auto on_member = [](void *self, bool distributes, uint64_t now_ps) {
        auto *slot = static_cast<nic_slot *>(self);
        lan_switch_set_member_bundled(slot->bed->switch_, slot->nic, distributes, now_ps);
    };
    for (unsigned nic = 0; config_.lacp != LACP_OFF && nic < NIC_COUNT; nic++) {
        lacp_port card = {0x8000, {}, 1, 0x80, static_cast<uint16_t>(nic + 1), 0}, port = card;
        std::memcpy(card.system, config_.team.mac, sizeof card.system);
        std::memcpy(port.system, switch_system, sizeof port.system);
        bool joined =
            mac_lacp_join(mac_[MAC_NIC0 + nic], &card, config_.lacp, on_nic, &slot_[nic], 0) &&
            mac_lacp_join(mac_[MAC_SWITCH0 + nic], &port, config_.lacp, on_member, &slot_[nic], 0);
        assert(joined);
        (void)joined;
        mac_lacp_agree(mac_[MAC_NIC0 + nic], 0);
    }
}
