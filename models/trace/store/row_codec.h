/*
 * A compact code for rows of numbers that change little from one row to the next. Two bytes tell which fields differ from
 * their expected values. The differences follow as LEB128 numbers with the sign in the lowest bit. A row belongs to one
 * of two lanes, such as the directions of a connection; most fields are compared with the last row of the same lane.
 */
#ifndef TOESIM_TRACE_ROW_CODEC_H
#define TOESIM_TRACE_ROW_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ROW_FIELDS_MAX = 15, ROW_LANES = 2, ROW_BYTES_MAX = 2 + ROW_FIELDS_MAX * 10 };

/* The expected value of each field. By default it is the previous value. If the bit of the field is set in `linear`, the
 * last step is added; if it is set in `plain`, the expected value is 0. The rows may be pieces of a stream, which begin
 * at a field of `behind` if they follow each other, or at a field of `before` if the last piece comes first. */
struct row_shape {
    uint8_t fields;
    uint16_t shared; /* compared with the row before, whatever its lane */
    uint16_t linear, plain;
    uint16_t behind, before;
    uint8_t
        len; /* the length of a piece: a field after those of `behind`, before those of `before` */
};

struct row {
    uint64_t field[ROW_FIELDS_MAX];
    uint8_t lane;
    uint16_t
        unused; /* fields without a meaning in this row: they may have any value when the row is read */
};

/* The state of the coder. A zeroed struct is the state before the first row. */
struct row_state {
    uint64_t before[ROW_LANES][ROW_FIELDS_MAX];
    uint64_t step[ROW_LANES][ROW_FIELDS_MAX];
};

/* Writes a row and returns its length, which is at most ROW_BYTES_MAX bytes. */
size_t row_encode(struct row_state *state, const struct row_shape *shape, const struct row *row,
                  uint8_t *out);
/* Reads a row that row_encode() has written and returns its length in bytes. */
size_t row_decode(struct row_state *state, const struct row_shape *shape, const uint8_t *in,
                  struct row *row);

#endif
