/* Link aggregation control: LACPDUs and markers (IEEE 802.1AX, "slow protocols"; docs/timing.md 3.7). */
#ifndef TOESIM_WIRE_LACP_H
#define TOESIM_WIRE_LACP_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    SLOW_ETHER_TYPE = 0x8809,
    LACP_FRAME_BYTES = 124, /* of either kind, without FCS */
};

enum slow_kind {
    SLOW_NONE,            /* another type: an ordinary frame */
    SLOW_LACP,            /* subtype 1 */
    SLOW_MARKER,          /* subtype 2, information */
    SLOW_MARKER_RESPONSE, /* subtype 2, response */
    SLOW_OTHER            /* another subtype, truncated, or with misplaced TLVs */
};

/* Bits of a port's state. */
enum lacp_state {
    LACP_ACTIVITY = 0x01, /* sends without being asked */
    LACP_TIMEOUT = 0x02,  /* short timeout: expects a LACPDU each second */
    LACP_AGGREGATION = 0x04,
    LACP_SYNC = 0x08, /* the port belongs to the right group */
    LACP_COLLECTING = 0x10,
    LACP_DISTRIBUTING = 0x20,
    LACP_DEFAULTED = 0x40, /* has received nothing and assumes a default partner */
    LACP_EXPIRED = 0x80
};

struct lacp_port {
    uint16_t system_priority;
    uint8_t system[6];
    uint16_t key, port_priority, port;
    uint8_t state; /* enum lacp_state */
};

struct lacp_pdu {
    struct lacp_port actor, partner;
    uint16_t collector_max_delay; /* of 10 us */
};

struct lacp_marker {
    uint16_t port; /* of the requester, which a response repeats */
    uint8_t system[6];
    uint32_t transaction;
};

/* Writes all LACP_FRAME_BYTES of the frame. `source` is the address of the sending port. */
void lacp_build(uint8_t frame[LACP_FRAME_BYTES], const uint8_t source[6],
                const struct lacp_pdu *pdu);
void lacp_build_marker(uint8_t frame[LACP_FRAME_BYTES], const uint8_t source[6], bool is_response,
                       const struct lacp_marker *marker);

/* Returns the kind of a frame of `len` bytes without FCS. `pdu` is set for SLOW_LACP and `marker` for both kinds of marker;
 * either may be null. The version is not checked, because a later one only adds TLVs (802.1AX 6.4.2.3). The length of
 * the marker's TLV is not checked either, because Linux sends a wrong value. */
enum slow_kind lacp_parse(const uint8_t *frame, uint32_t len, struct lacp_pdu *pdu,
                          struct lacp_marker *marker);

#ifdef __cplusplus
}
#endif

#endif
