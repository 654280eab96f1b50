/*
 * The program without its checkers, to measure what they cost (`make bench-checks`). The linker puts these functions in
 * the place of those of models/check: the checkers are told of no event, and have nothing to compare at the end.
 */
#include "models/check/check.h"
#include "models/check/move/check_move.h"

struct probe_listener __wrap_check_listener(struct check *check);
void __wrap_check_count_transfers(struct check *check, const char *who, enum transfer_kind kind,
                                  const struct check_transfers *reported, uint64_t now_ps);

static void on_event(void *self, const struct probe_event *event)
{
    (void)self;
    (void)event;
}

struct probe_listener __wrap_check_listener(struct check *check)
{
    return (struct probe_listener){on_event, check, 0};
}

void __wrap_check_count_transfers(struct check *check, const char *who, enum transfer_kind kind,
                                  const struct check_transfers *reported, uint64_t now_ps)
{
    (void)check;
    (void)who;
    (void)kind;
    (void)reported;
    (void)now_ps;
}
