/* The moves of a results folder: moves.csv, row by row, with its columns by name. */
#ifndef TOESIM_SIM_MOVE_TABLE_H
#define TOESIM_SIM_MOVE_TABLE_H

#include "models/base/status.h"
#include "models/base/units.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { MOVE_TABLE_COLUMNS = 96, MOVE_TABLE_PATH = 4096 };

struct move_table {
    char path[MOVE_TABLE_PATH];
    FILE *file;
    char *names, *line;
    size_t names_size, line_size;
    const char *name[MOVE_TABLE_COLUMNS]; /* of the columns */
    char *field[MOVE_TABLE_COLUMNS];      /* of the present row */
    size_t count;
    uint64_t row; /* line of the present row in the file, from 2 */
};

/* Opens a file of the folder: moves.csv, or waits.csv, which is read in the same way. Returns STATUS_BAD_INPUT if it is not
 * there or has no column `known`. move_table_close() in any case. */
enum status move_table_open(struct move_table *table, const char *folder, const char *file,
                            const char *known, struct error *err);

/* Goes to the next row. Returns false at the end, and with err set (else STATUS_OK) at a row that is not whole. */
bool move_table_next(struct move_table *table, struct error *err);

/* Returns a field of the present row; "" if there is no such column. It is valid until the next call. */
const char *move_table_text(const struct move_table *table, const char *column);

/* Returns a field as a number; TIME_NEVER if it is empty. */
uint64_t move_table_number(const struct move_table *table, const char *column);

void move_table_close(struct move_table *table);

#ifdef __cplusplus
}
#endif

#endif
