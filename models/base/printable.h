/* Makes text from outside (names of files, keys, expectations) safe for a terminal. */
#ifndef TOESIM_BASE_PRINTABLE_H
#define TOESIM_BASE_PRINTABLE_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Replaces, in place, unsafe bytes by '?': those that are neither printable ASCII nor part of a well-formed
 * UTF-8 character, and the control characters of Unicode (C1, and those that change the writing direction),
 * which a terminal would obey. With `with_newlines`, '\n' and '\t' are kept. */
void printable_make(char *text, bool with_newlines);

#ifdef __cplusplus
}
#endif

#endif
