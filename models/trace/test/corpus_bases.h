/* What a conversation of the corpus may be besides an exchange of bytes: ten kinds of things that
 * endpoints with timestamps and SACK live with. */
#ifndef TOESIM_TEST_CORPUS_BASES_H
#define TOESIM_TEST_CORPUS_BASES_H

#include "models/trace/test/corpus_writing.h"

/* Writes one of them. All that was sent is acknowledged before and behind it. */
void corpus_base(struct corpus_writing *g);

#endif
