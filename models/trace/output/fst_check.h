/*
 * Checks the structure of an FST wave file (GTKWave's format) and tells where its date is. The library that writes and
 * reads such files does not check the structure.
 */
#ifndef TOESIM_TRACE_FST_CHECK_H
#define TOESIM_TRACE_FST_CHECK_H

#include <stdbool.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The date is a text field of the header (fstapi.c, FST_HDR_OFFS_DATE), padded with zeros. */
enum { FST_DATE_OFFSET = 202, FST_DATE_BYTES = 119 };

/* Returns true if the file is complete. The header must be valid, every block must lie inside the file, and the file must
 * end with a block. There must be a geometry, a hierarchy, and as many sections of value changes as the header says. A
 * full disk leaves a file without its end or with an unfinished block. The position of `file` changes. */
bool fst_is_complete(FILE *file);

#ifdef __cplusplus
}
#endif

#endif
