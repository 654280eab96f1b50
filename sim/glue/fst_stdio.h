/*
 * What the FST library calls instead of two functions of the C library: it ignores what they say, so they remember it.
 * mk/verilate.mk puts them in their place in the library that the program links.
 */
#ifndef TOESIM_SIM_GLUE_FST_STDIO_H
#define TOESIM_SIM_GLUE_FST_STDIO_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* As fclose() and ftruncate(). A stream whose writes failed at any time before keeps its error flag, and is found here. */
int fst_fclose(FILE *stream);
int fst_ftruncate(int fd, off_t length);

/* True when a stream that was closed had failed, or a file could not be given its length, since the process began or in
 * the process that it was forked from. */
bool fst_stdio_failed(void);

#ifdef __cplusplus
}
#endif

#endif
