/* The Address Resolution Protocol for IPv4 over Ethernet (RFC 826): parse and build. */
#ifndef TOESIM_WIRE_ARP_H
#define TOESIM_WIRE_ARP_H

#include "models/wire/packet.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { ARP_ETHER_TYPE = 0x0806, ARP_BYTES = 28 };

enum arp_op { ARP_REQUEST = 1, ARP_REPLY = 2 };

struct arp_message {
    uint16_t op; /* enum arp_op, or another number */
    uint8_t sender_mac[6], target_mac[6];
    uint32_t sender_ip, target_ip; /* host order */
};

/* Parses a frame of `len` bytes that packet_parse() has parsed into `packet`. Returns false if it is no ARP packet, is
 * truncated, or is not for IPv4 over Ethernet. */
bool arp_parse(const uint8_t *frame, uint32_t len, const struct packet *packet,
               struct arp_message *message);

/* Builds the whole frame from the sender to dst_mac. Returns its length without padding. */
uint32_t arp_build(uint8_t *frame, const uint8_t dst_mac[6], uint16_t vlan,
                   const struct arp_message *message);

#ifdef __cplusplus
}
#endif

#endif
