#include "models/trace/store/row_codec.h"

#include <assert.h>

enum { LANE_BIT = 15, MASK_BYTES = 2, GROUP_BITS = 7 };

static uint64_t zigzag(uint64_t difference)
{
    return difference << 1 ^ (difference >> 63 ? UINT64_MAX : 0);
}

static uint64_t unzigzag(uint64_t value) { return value >> 1 ^ (value & 1 ? UINT64_MAX : 0); }

static size_t number_put(uint8_t *out, uint64_t value)
{
    size_t len = 0;
    for (; value >> GROUP_BITS; value >>= GROUP_BITS)
        out[len++] = (uint8_t)(value | 1u << GROUP_BITS);
    out[len++] = (uint8_t)value;
    return len;
}

static size_t number_get(const uint8_t *in, uint64_t *value)
{
    size_t len = 0;
    *value = 0;
    do
        *value |= (uint64_t)(in[len] & ((1u << GROUP_BITS) - 1)) << (GROUP_BITS * len);
    while (in[len++] >> GROUP_BITS);
    return len;
}

static unsigned lane_of(const struct row_shape *shape, unsigned field, uint8_t lane)
{
    return shape->shared >> field & 1 ? 0 : lane;
}

/* Returns the expected value of a field. Of `row`, only the fields before this one are known. */
static uint64_t expected(const struct row_state *state, const struct row_shape *shape,
                         const struct row *row, unsigned field)
{
    unsigned lane = lane_of(shape, field, row->lane);
    if (shape->plain >> field & 1)
        return 0;
    uint64_t value = state->before[lane][field];
    if (shape->linear >> field & 1)
        value += state->step[lane][field];
    if (shape->behind >> field & 1)
        value += state->before[lane_of(shape, shape->len, row->lane)][shape->len];
    if (shape->before >> field & 1)
        value -= row->field[shape->len];
    return value;
}

static void learn(struct row_state *state, unsigned field, unsigned lane, uint64_t value)
{
    state->step[lane][field] = value - state->before[lane][field];
    state->before[lane][field] = value;
}

size_t row_encode(struct row_state *state, const struct row_shape *shape, const struct row *row,
                  uint8_t *out)
{
    assert(shape->fields <= ROW_FIELDS_MAX && row->lane < ROW_LANES);
    assert(shape->behind >> shape->len == 0 && (shape->before & ((2u << shape->len) - 1)) == 0);
    unsigned mask = (unsigned)row->lane << LANE_BIT;
    size_t len = MASK_BYTES;
    for (unsigned i = 0; i < shape->fields; i++) {
        unsigned lane = lane_of(shape, i, row->lane);
        uint64_t value = expected(state, shape, row, i);
        uint64_t difference = row->unused >> i & 1 ? 0 : row->field[i] - value;
        if (difference) {
            mask |= 1u << i;
            len += number_put(out + len, zigzag(difference));
        }
        learn(state, i, lane, value + difference);
    }
    out[0] = (uint8_t)mask;
    out[1] = (uint8_t)(mask >> 8);
    return len;
}

size_t row_decode(struct row_state *state, const struct row_shape *shape, const uint8_t *in,
                  struct row *row)
{
    unsigned mask = in[0] | (unsigned)in[1] << 8;
    size_t len = MASK_BYTES;
    row->lane = (uint8_t)(mask >> LANE_BIT);
    row->unused = 0;
    for (unsigned i = 0; i < shape->fields; i++) {
        unsigned lane = lane_of(shape, i, row->lane);
        uint64_t value = expected(state, shape, row, i), difference;
        if (mask >> i & 1) {
            len += number_get(in + len, &difference);
            value += unzigzag(difference);
        }
        learn(state, i, lane, value);
        row->field[i] = value;
    }
    return len;
}
