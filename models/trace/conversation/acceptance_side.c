#include "models/trace/conversation/acceptance_side.h"

int64_t side_place(const struct side *side, int64_t near, uint32_t number)
{
    return near + (int32_t)(number - side->base - (uint32_t)near);
}

void side_begin(struct side *side, uint32_t first)
{
    side->base = first;
    side->known = true;
}

void side_send(struct side *side, int64_t from, int64_t to)
{
    if (from <= side->sent)
        side->sent = to > side->sent ? to : side->sent;
    else if (to > from)
        range_set_add(&side->ahead, (uint64_t)from,
                      (uint64_t)to); /* A full set only keeps the hole open longer. */
    side->sent = (int64_t)range_set_join(&side->ahead, (uint64_t)side->sent);
}

bool side_is_closed(const struct side *side)
{
    return side->fin != NO_FIN && side->acked > side->fin;
}
