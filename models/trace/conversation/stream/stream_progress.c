#include "models/trace/conversation/stream/stream_progress.h"

#include "models/trace/conversation/stream/stream.h"

bool stream_progress_add(struct stream_progress *progress, int64_t at, uint32_t len)
{
    int64_t end = at + len;
    if (at == STREAM_NOWHERE || len == 0 || end <= 0)
        return false;
    uint64_t from = at < 0 ? 0 : (uint64_t)at;
    bool ahead = from > progress->contiguous;
    if (!ahead && (uint64_t)end > progress->contiguous)
        progress->contiguous = (uint64_t)end;
    if (ahead)
        range_set_add(&progress->behind, from,
                      (uint64_t)end); /* A full set only reports `ahead` for longer. */
    progress->contiguous = range_set_join(&progress->behind, progress->contiguous);
    return ahead;
}
