/* The table that a sweep prints at its end: a line for each point, with the reported values of its runs. */
#ifndef TOESIM_SIM_SWEEP_TABLE_H
#define TOESIM_SIM_SWEEP_TABLE_H

#include "sim/sweep/sweep_db.h"

/* Prints the table on standard output. A point with several runs has their median, and the smallest and the largest value
 * behind it in brackets. Axes that have one value only are above the table. */
enum status sweep_table_print(const struct study *study, struct sweep_db *db, struct error *err);

#endif
