/*
 * Encodes and decodes transaction layer packets (docs/timing.md 1.2, 1.3): the 3 and 4 DW headers of every
 * type that the simulator uses, payload, ECRC, and the sequence number and LCRC around them. The link
 * computes times without these bits; tests, traces and faults need them.
 */
#ifndef TOESIM_PCIE_TLP_CODEC_H
#define TOESIM_PCIE_TLP_CODEC_H

#include "models/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TLP_HEADER_MAX = 16,
    TLP_DIGEST_BYTES = 4,
    TLP_SEQ_BYTES = 2,
    TLP_LCRC_BYTES = 4,
    TLP_PAYLOAD_MAX = 4096,
    TLP_BYTES_MAX = TLP_HEADER_MAX + TLP_PAYLOAD_MAX + TLP_DIGEST_BYTES,
    TLP_FRAME_MAX = TLP_SEQ_BYTES + TLP_BYTES_MAX + TLP_LCRC_BYTES,
};

/* Type bits 4:0 and, in bit 6, "with data". The address decides whether the header has 4 DW. An MSI-X
 * message is a memory write of one DW. */
enum tlp_type {
    TLP_MRD = 0x00,
    TLP_MWR = 0x40,
    TLP_CFGRD0 = 0x04,
    TLP_CFGWR0 = 0x44,
    TLP_CPL = 0x0a,
    TLP_CPLD = 0x4a,
    TLP_MSG = 0x10, /* to the root complex, without data; always 4 DW */
};

/* The code of an error message. */
enum tlp_message {
    TLP_ERR_COR = 0x30,
    TLP_ERR_NONFATAL = 0x31,
    TLP_ERR_FATAL = 0x33,
};

enum tlp_completion_status {
    TLP_CPL_SUCCESS = 0,
    TLP_CPL_UNSUPPORTED = 1,
    TLP_CPL_RETRY = 2,
    TLP_CPL_ABORT = 4,
};

struct tlp {
    enum tlp_type type;
    uint8_t traffic_class;
    bool digest;   /* TD: an ECRC follows */
    bool poisoned; /* EP */
    bool relaxed;  /* attribute: relaxed ordering */
    bool no_snoop;
    uint16_t length_dw; /* 1 to 1024: payload, or the requested length; 0 for a Cpl or message */
    uint16_t requester; /* bus 15:8, device 7:3, function 2:0 */
    uint8_t tag;
    uint8_t first_be, last_be;
    uint8_t message;     /* enum tlp_message: messages */
    uint64_t address;    /* memory requests: DW aligned */
    uint16_t completer;  /* completions; configuration requests: the target */
    uint16_t config_reg; /* configuration requests: DW aligned offset below 4096 */
    enum tlp_completion_status status;
    uint16_t byte_count;   /* completions: remaining bytes including this one, 1 to 4096 */
    uint8_t lower_address; /* completions: bits 6:0 of the first byte */
};

/* Sets the length in DW and the byte enables of a memory request of `len` bytes. The header's address is
 * aligned down. */
void tlp_set_bytes(struct tlp *tlp, uint64_t address, uint32_t len);

size_t tlp_header_bytes(const struct tlp *tlp);

/* Encodes header, payload (4 x length_dw bytes, for types with data) and ECRC. Returns the bytes written. */
size_t tlp_encode(const struct tlp *tlp, const uint8_t *payload, uint8_t out[TLP_BYTES_MAX]);

/* Decodes a TLP; *payload points into `in` or is null. Returns STATUS_BAD_INPUT for another type, a length
 * that does not fit, a reserved status, or a wrong ECRC. */
enum status tlp_decode(const uint8_t *in, size_t len, struct tlp *tlp, const uint8_t **payload,
                       struct error *err);

/* Adds the data link layer's sequence number and LCRC to a TLP. Returns the bytes written. */
size_t tlp_frame_encode(uint16_t seq, const uint8_t *tlp, size_t len, uint8_t out[TLP_FRAME_MAX]);

/* Returns STATUS_BAD_INPUT if it is too short, a reserved bit is set, or the LCRC is wrong. */
enum status tlp_frame_decode(const uint8_t *in, size_t len, uint16_t *seq, struct error *err);

#endif
