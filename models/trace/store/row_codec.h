/*
 * Rows of numbers that change little from one to the next, in few bytes each: two bytes tell which
 * fields differ from what the rows before let expect, and the differences follow as LEB128 numbers,
 * the sign in the lowest bit. A row belongs to one of two lanes, such as the directions of a
 * connection; most fields are compared with the last row of the same lane.
 */
#ifndef TOESIM_TRACE_ROW_CODEC_H
#define TOESIM_TRACE_ROW_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ROW_FIELDS_MAX = 15, ROW_LANES = 2, ROW_BYTES_MAX = 2 + ROW_FIELDS_MAX * 10 };

/* What is expected of each field: what it was, with a step as large as the last one where `linear`
 * has its bit, and 0 where `plain` has. */
struct row_shape {
    uint8_t fields;
    uint8_t shared; /* the first fields: compared with the row before, whatever its lane */
    uint16_t linear, plain;
};

struct row {
    uint64_t field[ROW_FIELDS_MAX];
    uint8_t lane;
};

/* Zeroed: at the first of the rows. */
struct row_state {
    uint64_t before[ROW_LANES][ROW_FIELDS_MAX];
    uint64_t step[ROW_LANES][ROW_FIELDS_MAX];
};

/* Writes a row; returns the bytes it takes, at most ROW_BYTES_MAX. */
size_t row_encode(struct row_state *state, const struct row_shape *shape, const struct row *row,
                  uint8_t *out);
/* Reads a row as it was written; returns the bytes it took. */
size_t row_decode(struct row_state *state, const struct row_shape *shape, const uint8_t *in,
                  struct row *row);

#endif
