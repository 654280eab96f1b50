#include "models/check/check_time.h"

#include "models/check/check_watch.h"

void check_time_passes(struct check *check, uint64_t now_ps)
{
    check_watch_look(check, now_ps, false);
}
