/* Encodes and decodes data link layer packets: four bytes and a CRC-16 (docs/timing.md 1.3). */
#ifndef TOESIM_PCIE_DLLP_CODEC_H
#define TOESIM_PCIE_DLLP_CODEC_H

#include "models/base/status.h"

#include <stdint.h>

enum { DLLP_BODY_BYTES = 4, DLLP_BYTES = 6 };

/* The type byte, for virtual channel 0. */
enum dllp_type {
    DLLP_ACK = 0x00,
    DLLP_FEATURE = 0x02,
    DLLP_NAK = 0x10,
    DLLP_PM_ENTER_L1 = 0x20,
    DLLP_PM_ENTER_L23 = 0x21,
    DLLP_PM_ACTIVE_STATE_REQUEST_L1 = 0x23,
    DLLP_PM_REQUEST_ACK = 0x24,
    DLLP_VENDOR = 0x30,
    DLLP_NOP = 0x31,
    DLLP_INITFC1_P = 0x40,
    DLLP_INITFC1_NP = 0x50,
    DLLP_INITFC1_CPL = 0x60,
    DLLP_UPDATEFC_P = 0x80,
    DLLP_UPDATEFC_NP = 0x90,
    DLLP_UPDATEFC_CPL = 0xa0,
    DLLP_INITFC2_P = 0xc0,
    DLLP_INITFC2_NP = 0xd0,
    DLLP_INITFC2_CPL = 0xe0,
};

struct dllp {
    enum dllp_type type;
    uint16_t seq;            /* Ack, Nak: 12 bits */
    uint16_t header_credits; /* flow control: 8 bits, cumulative */
    uint16_t data_credits;   /* 12 bits, cumulative, 16 bytes each */
    uint32_t bits;           /* all other types: bits 23:0 unchanged */
};

/* Returns the CRC: polynomial 100Bh, initial value FFFFh, bits LSB first, sent low byte first. */
uint16_t dllp_crc(const uint8_t body[DLLP_BODY_BYTES]);

void dllp_encode(const struct dllp *dllp, uint8_t out[DLLP_BYTES]);

/* Returns STATUS_BAD_INPUT if the CRC is wrong or the type is none of those above. */
enum status dllp_decode(const uint8_t in[DLLP_BYTES], struct dllp *dllp, struct error *err);

#endif
