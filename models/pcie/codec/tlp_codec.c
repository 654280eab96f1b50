#include "models/pcie/codec/tlp_codec.h"

#include "models/wire/checksum.h"

#include <assert.h>
#include <string.h>

enum {
    FMT_4DW = 0x20,
    FMT_DATA = 0x40,
    FMT_MASK = 0xe0,
    LENGTH_MAX_DW = 1024,
    SEQ_MAX = 0xfff,
    HEADER3 = 12,
    HEADER4 = 16,
    BYTE2_TD = 0x80,
    BYTE2_EP = 0x40,
    BYTE2_RELAXED = 0x20,
    BYTE2_NO_SNOOP = 0x10,
};

static void put16(uint8_t *out, uint32_t value)
{
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
}

static void put32(uint8_t *out, uint32_t value)
{
    put16(out, value >> 16);
    put16(out + 2, value & 0xffff);
}

static uint32_t get16(const uint8_t *in) { return (uint32_t)in[0] << 8 | in[1]; }

static uint32_t get32(const uint8_t *in) { return get16(in) << 16 | get16(in + 2); }

/* CRCs are sent least significant byte first. */
static void put_crc(uint8_t *out, uint32_t crc)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(crc >> 8 * i);
}

static bool is_memory(enum tlp_type type) { return type == TLP_MRD || type == TLP_MWR; }
static bool is_config(enum tlp_type type) { return type == TLP_CFGRD0 || type == TLP_CFGWR0; }
static bool is_completion(enum tlp_type type) { return type == TLP_CPL || type == TLP_CPLD; }
static bool is_message(enum tlp_type type) { return type == TLP_MSG; }
static bool has_data(enum tlp_type type) { return (type & FMT_DATA) != 0; }

void tlp_set_bytes(struct tlp *tlp, uint64_t address, uint32_t len)
{
    uint32_t skip = (uint32_t)(address & 3);
    assert(len > 0 && skip + len <= 4 * LENGTH_MAX_DW);
    uint32_t dw = (skip + len + 3) / 4;
    uint32_t tail = (skip + len) % 4;
    uint32_t first = 0xfu << skip & 0xf;
    uint32_t last = tail ? (1u << tail) - 1 : 0xf;
    tlp->address = address - skip;
    tlp->length_dw = (uint16_t)dw;
    tlp->first_be = (uint8_t)(dw == 1 ? first & last : first);
    tlp->last_be = (uint8_t)(dw == 1 ? 0 : last);
}

size_t tlp_header_bytes(const struct tlp *tlp)
{
    bool wide = is_message(tlp->type) || (is_memory(tlp->type) && tlp->address >> 32);
    return wide ? HEADER4 : HEADER3;
}

static void put_request(const struct tlp *tlp, uint8_t *out)
{
    put16(out + 4, tlp->requester);
    out[6] = tlp->tag;
    out[7] = (uint8_t)(tlp->last_be << 4 | tlp->first_be);
    if (is_message(tlp->type)) {
        out[7] = tlp->message;
        return;
    }
    if (is_config(tlp->type)) {
        assert(tlp->config_reg % 4 == 0 && tlp->config_reg < 4096);
        put16(out + 8, tlp->completer);
        put16(out + 10, tlp->config_reg);
        return;
    }
    assert((tlp->address & 3) == 0);
    if (tlp->address >> 32) {
        put32(out + 8, (uint32_t)(tlp->address >> 32));
        put32(out + 12, (uint32_t)tlp->address);
    } else {
        put32(out + 8, (uint32_t)tlp->address);
    }
}

static void put_completion(const struct tlp *tlp, uint8_t *out)
{
    assert(tlp->byte_count <= 4096);
    assert(tlp->lower_address < 128);
    put16(out + 4, tlp->completer);
    /* A count of 4096 is sent as 0. */
    put16(out + 6, (uint32_t)tlp->status << 13 | (tlp->byte_count & 0xfffu));
    put16(out + 8, tlp->requester);
    out[10] = tlp->tag;
    out[11] = tlp->lower_address;
}

/* Computes the ECRC as if the bits that switches may change, Type bit 0 and EP, were 1. */
static uint32_t ecrc(const uint8_t *tlp, size_t len)
{
    uint8_t copy[TLP_BYTES_MAX];
    memcpy(copy, tlp, len);
    copy[0] |= 1;
    copy[2] |= BYTE2_EP;
    return checksum_crc32(copy, (uint32_t)len);
}

size_t tlp_encode(const struct tlp *tlp, const uint8_t *payload, uint8_t out[TLP_BYTES_MAX])
{
    size_t header = tlp_header_bytes(tlp);
    size_t data = has_data(tlp->type) ? 4u * tlp->length_dw : 0;
    assert(tlp->length_dw <= LENGTH_MAX_DW);
    assert(data == 0 || payload);
    memset(out, 0, header);
    out[0] = (uint8_t)(tlp->type | (header == HEADER4 ? FMT_4DW : 0));
    out[1] = (uint8_t)(tlp->traffic_class << 4);
    put16(out + 2, (tlp->length_dw & 0x3ffu));
    out[2] |= (uint8_t)((tlp->digest ? BYTE2_TD : 0) | (tlp->poisoned ? BYTE2_EP : 0) |
                        (tlp->relaxed ? BYTE2_RELAXED : 0) | (tlp->no_snoop ? BYTE2_NO_SNOOP : 0));
    if (is_completion(tlp->type))
        put_completion(tlp, out);
    else
        put_request(tlp, out);
    if (data)
        memcpy(out + header, payload, data);
    size_t len = header + data;
    if (tlp->digest) {
        put_crc(out + len, ecrc(out, len));
        len += TLP_DIGEST_BYTES;
    }
    return len;
}

static enum status get_completion(const uint8_t *in, struct tlp *tlp, struct error *err)
{
    tlp->completer = (uint16_t)get16(in + 4);
    uint32_t status = in[6] >> 5;
    if (status == 3 || status > TLP_CPL_ABORT)
        return error_set(err, STATUS_BAD_INPUT, "TLP: completion status %u is reserved", status);
    tlp->status = (enum tlp_completion_status)status;
    uint32_t count = get16(in + 6) & 0xfff;
    tlp->byte_count = (uint16_t)(count ? count : 4096);
    tlp->requester = (uint16_t)get16(in + 8);
    tlp->tag = in[10];
    tlp->lower_address = in[11] & 0x7f;
    return STATUS_OK;
}

static enum status get_request(const uint8_t *in, struct tlp *tlp, struct error *err)
{
    tlp->requester = (uint16_t)get16(in + 4);
    tlp->tag = in[6];
    if (is_message(tlp->type)) {
        tlp->message = in[7];
        return STATUS_OK;
    }
    tlp->first_be = in[7] & 0xf;
    tlp->last_be = in[7] >> 4;
    if (is_config(tlp->type)) {
        tlp->completer = (uint16_t)get16(in + 8);
        tlp->config_reg = (uint16_t)(get16(in + 10) & 0xffc);
        if (tlp->length_dw != 1)
            return error_set(err, STATUS_BAD_INPUT, "TLP: a configuration request of %u DW, not 1",
                             (unsigned)tlp->length_dw);
        return STATUS_OK;
    }
    tlp->address = in[0] & FMT_4DW ? (uint64_t)get32(in + 8) << 32 | get32(in + 12) : get32(in + 8);
    tlp->address &= ~UINT64_C(3);
    if ((in[0] & FMT_4DW) && tlp->address >> 32 == 0)
        return error_set(err, STATUS_BAD_INPUT, "TLP: a 4 DW header for an address below 4 GiB");
    return STATUS_OK;
}

static enum status get_type(const uint8_t *in, size_t len, struct tlp *tlp, struct error *err)
{
    uint32_t type = in[0] & (uint32_t)~FMT_4DW;
    bool wide = (in[0] & FMT_4DW) != 0;
    tlp->type = (enum tlp_type)type;
    bool known = is_memory(tlp->type) || is_config(tlp->type) || is_completion(tlp->type) ||
                 (is_message(tlp->type) && wide);
    if (!known || (wide && !is_memory(tlp->type) && !is_message(tlp->type)))
        return error_set(err, STATUS_BAD_INPUT, "TLP: format and type %02x are not known",
                         (unsigned)in[0]);
    if (len < (wide ? (size_t)HEADER4 : HEADER3))
        return error_set(err, STATUS_BAD_INPUT, "TLP: %zu bytes hold no header", len);
    return STATUS_OK;
}

static enum status get_tail(const uint8_t *in, size_t len, size_t header, const struct tlp *tlp,
                            const uint8_t **payload, struct error *err)
{
    size_t data = has_data(tlp->type) ? 4u * tlp->length_dw : 0;
    size_t want = header + data + (tlp->digest ? (size_t)TLP_DIGEST_BYTES : 0);
    if (len != want)
        return error_set(err, STATUS_BAD_INPUT, "TLP: %zu bytes, its header says %zu", len, want);
    *payload = data ? in + header : NULL;
    if (!tlp->digest)
        return STATUS_OK;
    uint8_t crc[TLP_DIGEST_BYTES];
    put_crc(crc, ecrc(in, header + data));
    if (memcmp(crc, in + header + data, sizeof crc) != 0)
        return error_set(err, STATUS_BAD_INPUT, "TLP: the ECRC is wrong");
    return STATUS_OK;
}

enum status tlp_decode(const uint8_t *in, size_t len, struct tlp *tlp, const uint8_t **payload,
                       struct error *err)
{
    memset(tlp, 0, sizeof *tlp);
    if (len < HEADER3)
        return error_set(err, STATUS_BAD_INPUT, "TLP: %zu bytes hold no header", len);
    enum status status = get_type(in, len, tlp, err);
    if (status != STATUS_OK)
        return status;
    tlp->traffic_class = in[1] >> 4 & 7;
    tlp->digest = (in[2] & BYTE2_TD) != 0;
    tlp->poisoned = (in[2] & BYTE2_EP) != 0;
    tlp->relaxed = (in[2] & BYTE2_RELAXED) != 0;
    tlp->no_snoop = (in[2] & BYTE2_NO_SNOOP) != 0;
    uint32_t length = get16(in + 2) & 0x3ff;
    /* A length of 0 means 1024, unless the TLP neither carries nor requests a payload. */
    tlp->length_dw =
        (uint16_t)(length == 0 && tlp->type != TLP_CPL && tlp->type != TLP_MSG ? LENGTH_MAX_DW
                                                                               : length);
    status = is_completion(tlp->type) ? get_completion(in, tlp, err) : get_request(in, tlp, err);
    if (status != STATUS_OK)
        return status;
    return get_tail(in, len, in[0] & FMT_4DW ? HEADER4 : HEADER3, tlp, payload, err);
}

size_t tlp_frame_encode(uint16_t seq, const uint8_t *tlp, size_t len, uint8_t out[TLP_FRAME_MAX])
{
    assert(seq <= SEQ_MAX);
    assert(len <= TLP_BYTES_MAX);
    put16(out, seq);
    memcpy(out + TLP_SEQ_BYTES, tlp, len);
    put_crc(out + TLP_SEQ_BYTES + len, checksum_crc32(out, (uint32_t)(TLP_SEQ_BYTES + len)));
    return TLP_SEQ_BYTES + len + TLP_LCRC_BYTES;
}

enum status tlp_frame_decode(const uint8_t *in, size_t len, uint16_t *seq, struct error *err)
{
    if (len < TLP_SEQ_BYTES + HEADER3 + TLP_LCRC_BYTES)
        return error_set(err, STATUS_BAD_INPUT, "TLP frame: %zu bytes are too short", len);
    if (in[0] & 0xf0)
        return error_set(err, STATUS_BAD_INPUT, "TLP frame: reserved bits before the sequence");
    uint8_t crc[TLP_LCRC_BYTES];
    put_crc(crc, checksum_crc32(in, (uint32_t)(len - TLP_LCRC_BYTES)));
    if (memcmp(crc, in + len - TLP_LCRC_BYTES, sizeof crc) != 0)
        return error_set(err, STATUS_BAD_INPUT, "TLP frame: the LCRC is wrong");
    *seq = (uint16_t)get16(in);
    return STATUS_OK;
}
