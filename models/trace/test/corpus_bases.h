/* Writes events in a conversation of the corpus other than a plain exchange of bytes. There are ten kinds, which
 * endpoints with timestamps and SACK handle. */
#ifndef TOESIM_TEST_CORPUS_BASES_H
#define TOESIM_TEST_CORPUS_BASES_H

#include "models/trace/test/corpus_writing.h"

/* Writes one of them. All sent bytes are acknowledged before it and after it. */
void corpus_base(struct corpus_writing *g);

#endif
