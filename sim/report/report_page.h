/* The fixed parts of the page that `toesim report` writes. They are built into the program, so a report needs no other
 * file and no network. */
#ifndef TOESIM_SIM_REPORT_PAGE_H
#define TOESIM_SIM_REPORT_PAGE_H

#include <jansson.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the whole page with this title and data. A failed write stays in the stream's error flag. */
void report_page_write(FILE *out, const char *title, const json_t *data);

#ifdef __cplusplus
}
#endif

#endif
