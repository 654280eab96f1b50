#include "models/pcie/codec/dllp_codec.h"

#include <assert.h>
#include <stdbool.h>

enum {
    CRC_POLY_REFLECTED = 0xd008,
    CRC_START = 0xffff,
    SEQ_MAX = 0xfff,
    HEADER_MAX = 0xff,
    BITS_MAX = 0xffffff
};

uint16_t dllp_crc(const uint8_t body[DLLP_BODY_BYTES])
{
    uint32_t crc = CRC_START;
    for (int i = 0; i < DLLP_BODY_BYTES; i++) {
        crc ^= body[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? (uint32_t)CRC_POLY_REFLECTED : 0);
    }
    return (uint16_t)~crc;
}

static bool has_seq(enum dllp_type type) { return type == DLLP_ACK || type == DLLP_NAK; }

static bool has_credits(enum dllp_type type)
{
    uint8_t kind = (uint8_t)type & 0xf0;
    return (type & 0x0f) == 0 && ((kind >= 0x40 && kind <= 0x60) ||
                                  (kind >= 0x80 && kind <= 0xa0) || (kind >= 0xc0 && kind <= 0xe0));
}

static uint32_t fields_of(const struct dllp *dllp)
{
    if (has_seq(dllp->type)) {
        assert(dllp->seq <= SEQ_MAX);
        return dllp->seq;
    }
    if (!has_credits(dllp->type)) {
        assert(dllp->bits <= BITS_MAX);
        return dllp->bits;
    }
    assert(dllp->header_credits <= HEADER_MAX && dllp->data_credits <= SEQ_MAX);
    return (uint32_t)dllp->header_credits << 14 | dllp->data_credits;
}

void dllp_encode(const struct dllp *dllp, uint8_t out[DLLP_BYTES])
{
    uint32_t fields = fields_of(dllp);
    out[0] = (uint8_t)dllp->type;
    out[1] = (uint8_t)(fields >> 16);
    out[2] = (uint8_t)(fields >> 8);
    out[3] = (uint8_t)fields;
    uint16_t crc = dllp_crc(out);
    out[4] = (uint8_t)crc;
    out[5] = (uint8_t)(crc >> 8);
}

static bool is_known(uint8_t type)
{
    switch (type) {
    case DLLP_ACK:
    case DLLP_NAK:
    case DLLP_FEATURE:
    case DLLP_PM_ENTER_L1:
    case DLLP_PM_ENTER_L23:
    case DLLP_PM_ACTIVE_STATE_REQUEST_L1:
    case DLLP_PM_REQUEST_ACK:
    case DLLP_VENDOR:
    case DLLP_NOP:
        return true;
    default:
        return has_credits((enum dllp_type)type);
    }
}

enum status dllp_decode(const uint8_t in[DLLP_BYTES], struct dllp *dllp, struct error *err)
{
    uint32_t crc = (uint32_t)in[4] | (uint32_t)in[5] << 8;
    if (crc != dllp_crc(in))
        return error_set(err, STATUS_BAD_INPUT, "DLLP: CRC %04x is wrong, %04x would be right", crc,
                         (unsigned)dllp_crc(in));
    if (!is_known(in[0]))
        return error_set(err, STATUS_BAD_INPUT, "DLLP: type %02x is not known", (unsigned)in[0]);
    uint32_t fields = (uint32_t)in[1] << 16 | (uint32_t)in[2] << 8 | in[3];
    *dllp = (struct dllp){.type = (enum dllp_type)in[0]};
    if (has_seq(dllp->type)) {
        dllp->seq = (uint16_t)(fields & SEQ_MAX);
    } else if (!has_credits(dllp->type)) {
        dllp->bits = fields;
    } else {
        dllp->header_credits = (uint16_t)(fields >> 14 & HEADER_MAX);
        dllp->data_credits = (uint16_t)(fields & SEQ_MAX);
    }
    return STATUS_OK;
}
