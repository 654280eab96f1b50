/*
 * The frame of an FST wave file (GTKWave's format): which blocks it has, and where the date is.
 * The library that writes and reads such files checks neither, so we do.
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

/* True when the header is sound, every block lies inside the file, the file ends with a block, a
 * geometry and a hierarchy are among them, and as many sections of value changes as the header says.
 * A full disk leaves a tail missing or a block unfinished. Moves the position of file. */
bool fst_is_whole(FILE *file);

#ifdef __cplusplus
}
#endif

#endif
