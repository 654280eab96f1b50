/* The Internet checksum (RFC 1071) and the Ethernet frame check sequence. */
#ifndef TOESIM_WIRE_CHECKSUM_H
#define TOESIM_WIRE_CHECKSUM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Ones' complement sum of bytes added to `sum`, unfolded; an odd length is padded with zero, so
 * only the last piece may be odd. Words count as big-endian, so a 16-bit host value may simply be
 * added. */
uint64_t checksum_add(uint64_t sum, const void *bytes, uint32_t len);

/* Folded and complemented: as stored in a header, host order value of the big-endian field. */
uint16_t checksum_finish(uint64_t sum);

/* Sum of the pseudo header (RFC 9293 3.1, RFC 8200 8.1). addr arrays as in struct packet. */
uint64_t checksum_pseudo(uint8_t ip_version, const uint8_t src[16], const uint8_t dst[16],
                         uint32_t tcp_bytes);

/* CRC-32 of IEEE 802.3 (= zlib crc32): over a frame it is the FCS, sent least byte first. */
uint32_t checksum_crc32(const void *bytes, uint32_t len);

#ifdef __cplusplus
}
#endif

#endif
