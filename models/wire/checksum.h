/* The Internet checksum (RFC 1071) and the Ethernet frame check sequence. */
#ifndef TOESIM_WIRE_CHECKSUM_H
#define TOESIM_WIRE_CHECKSUM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Adds the ones' complement sum of the bytes to `sum` and returns the unfolded result. An odd length is padded with a zero
 * byte, so only the last piece may be odd. Words count as big-endian, so a 16-bit host value can be added directly. */
uint64_t checksum_add(uint64_t sum, const void *bytes, uint32_t len);

/* Folds and complements a sum. Returns the value of the header field in host order. */
uint16_t checksum_finish(uint64_t sum);

/* Returns the sum of the pseudo header (RFC 9293 3.1, RFC 8200 8.1). The addresses have the format of struct packet. */
uint64_t checksum_pseudo(uint8_t ip_version, const uint8_t src[16], const uint8_t dst[16],
                         uint32_t tcp_bytes);

/* Returns the CRC-32 of IEEE 802.3, which equals crc32() of zlib. Over a frame it is the FCS, whose least significant byte
 * is sent first. */
uint32_t checksum_crc32(const void *bytes, uint32_t len);

#ifdef __cplusplus
}
#endif

#endif
