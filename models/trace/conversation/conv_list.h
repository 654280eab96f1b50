/*
 * The conversations of a capture. There may be more than memory holds, such as the SYNs of a flood, so they go to disk
 * like other records (spill.h), and each has only a number of 4 bytes in memory.
 */
#ifndef TOESIM_TRACE_CONV_LIST_H
#define TOESIM_TRACE_CONV_LIST_H

#include "models/trace/capture/capture.h"
#include "models/trace/store/spill.h"

struct conv_list; /* opaque */

/* Creates an empty list. Errors of the disk become errors of the spill `trouble`. Returns null if memory is short. */
struct conv_list *conv_list_create(struct spill *trouble);
void conv_list_destroy(struct conv_list *list);

/* Adds a conversation whose first segment has the number `begin` in the file; no two have the same. Returns false if
 * memory is short or the disk failed. */
bool conv_list_add(struct conv_list *list, uint32_t begin, const struct conversation *conv);
/* Completes the list and brings it into the order of the file. Returns false if memory is short. The functions below may
 * be called after it. */
bool conv_list_end(struct conv_list *list);

size_t conv_list_count(const struct conv_list *list);
/* Returns a conversation, which is valid until the next call. It is zeroed if memory is short or the disk failed. */
const struct conversation *conv_list_get(struct conv_list *list, size_t index);
bool conv_list_is_replayable(const struct conv_list *list, size_t index);
/* Returns the first number from `index` on whose conversation is replayable, or the count if there is none. */
size_t conv_list_next_replayable(const struct conv_list *list, size_t index);

/* Returns the most bytes that the list has had in memory because they cannot be on disk. */
uint64_t conv_list_bytes(const struct conv_list *list);
/* Returns the bytes of the conversations, in memory and on disk. */
uint64_t conv_list_stored_bytes(const struct conv_list *list);

#endif
