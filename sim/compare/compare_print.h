/* Prints a comparison. */
#ifndef TOESIM_SIM_COMPARE_PRINT_H
#define TOESIM_SIM_COMPARE_PRINT_H

#include "sim/compare/compare.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

enum compare_format { COMPARE_TEXT, COMPARE_MARKDOWN, COMPARE_CSV, COMPARE_JSON };

/* Writes the comparison in this format. Text and Markdown give times in units that fit; CSV and JSON give the numbers of
 * stats.json. A failed write stays in the stream's error flag. */
void compare_print(FILE *out, const struct comparison *comparison, enum compare_format format);

#ifdef __cplusplus
}
#endif

#endif
