/* The columns of the tables that a run writes, with their units and meanings. docs/outputs.md is made from this table and that of
 * the keys of stats.json (output_keys.h); a test compares it with real files. */
#ifndef TOESIM_SIM_OUTPUT_COLUMNS_H
#define TOESIM_SIM_OUTPUT_COLUMNS_H

#include <stdbool.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the columns as Markdown, one table for each file. Returns false if the stream has an error. */
bool output_columns_write(FILE *file);

#ifdef __cplusplus
}
#endif

#endif
