/* Text of others (names of files, keys, expectations) made safe for a terminal. */
#ifndef TOESIM_BASE_PRINTABLE_H
#define TOESIM_BASE_PRINTABLE_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Replaces in place, by '?', each byte that is not printable ASCII or part of a sound UTF-8 character, and the
 * control characters of Unicode (C1, and those that turn the direction of writing round): a terminal would obey them. with_newlines keeps '\n' and '\t'. */
void printable_make(char *text, bool with_newlines);

#ifdef __cplusplus
}
#endif

#endif
