#include "models/wire/arp.h"

#include "models/wire/bytes.h"

/* Hardware and protocol types, and the lengths of their addresses. */
enum { HARDWARE_ETHERNET = 1, PROTOCOL_IPV4 = 0x0800, MAC_BYTES = 6, IPV4_ADDRESS_BYTES = 4 };
enum { ETH_HEADER_BYTES = 14, VLAN_TAG_BYTES = 4, ETH_TYPE_VLAN = 0x8100 };
enum { AT_OP = 6, AT_SENDER = 8, AT_SENDER_IP = 14, AT_TARGET = 18, AT_TARGET_IP = 24 };

bool arp_parse(const uint8_t *frame, uint32_t len, const struct packet *packet,
               struct arp_message *message)
{
    if (packet->kind != PACKET_OTHER || packet->ether_type != ARP_ETHER_TYPE)
        return false;
    /* The ARP packet begins where an IP header would begin, after the Ethernet header and the tags. */
    if (packet->ip_offset > len || len - packet->ip_offset < ARP_BYTES)
        return false;
    const uint8_t *arp = frame + packet->ip_offset;
    if (be16_load(arp) != HARDWARE_ETHERNET || be16_load(arp + 2) != PROTOCOL_IPV4 ||
        arp[4] != MAC_BYTES || arp[5] != IPV4_ADDRESS_BYTES)
        return false;
    message->op = be16_load(arp + AT_OP);
    memcpy(message->sender_mac, arp + AT_SENDER, MAC_BYTES);
    message->sender_ip = be32_load(arp + AT_SENDER_IP);
    memcpy(message->target_mac, arp + AT_TARGET, MAC_BYTES);
    message->target_ip = be32_load(arp + AT_TARGET_IP);
    return true;
}

uint32_t arp_build(uint8_t *frame, const uint8_t dst_mac[6], uint16_t vlan,
                   const struct arp_message *message)
{
    uint32_t at = ETH_HEADER_BYTES;
    memcpy(frame, dst_mac, MAC_BYTES);
    memcpy(frame + MAC_BYTES, message->sender_mac, MAC_BYTES);
    if (vlan != VLAN_NONE) {
        be16_store(frame + 12, ETH_TYPE_VLAN);
        be16_store(frame + 14, vlan & VLAN_VID_MASK);
        at += VLAN_TAG_BYTES;
    }
    be16_store(frame + at - 2, ARP_ETHER_TYPE);
    uint8_t *arp = frame + at;
    be16_store(arp, HARDWARE_ETHERNET);
    be16_store(arp + 2, PROTOCOL_IPV4);
    arp[4] = MAC_BYTES;
    arp[5] = IPV4_ADDRESS_BYTES;
    be16_store(arp + AT_OP, message->op);
    memcpy(arp + AT_SENDER, message->sender_mac, MAC_BYTES);
    be32_store(arp + AT_SENDER_IP, message->sender_ip);
    memcpy(arp + AT_TARGET, message->target_mac, MAC_BYTES);
    be32_store(arp + AT_TARGET_IP, message->target_ip);
    return at + ARP_BYTES;
}
