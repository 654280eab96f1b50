#include "sim/testbed/race_frame.h"

#include "models/base/frame.h"

#include <assert.h>

static void race_frame_run(void *self, uint64_t now_ps)
{
    static const uint8_t flags[] = {
        [RACE_NIC_POLICY] = 0, [RACE_NIC_0] = FRAME_TO_NIC0, [RACE_NIC_1] = FRAME_TO_NIC1};
    struct race_frame *frame = self;
    const struct sim_race *race = &frame->race;
    if (race->time_ps == 0 || race->time_ps > now_ps)
        return;
    frame->race.time_ps = 0;
    (void)gen_peer_place(frame->peer, race->connection, race->frame, flags[race->nic], now_ps);
}

static uint64_t race_frame_next_ps(const void *self)
{
    const struct race_frame *frame = self;
    return frame->race.time_ps ? frame->race.time_ps : TIME_NEVER;
}

bool race_frame_init(struct race_frame *frame, const struct sim_race *race, struct gen_peer *peer,
                     const struct waker *waker)
{
    *frame = (struct race_frame){peer, waker, *race};
    return race->frame != GEN_FRAME_DUP || gen_peer_watch(peer, race->connection);
}

struct stage race_frame_stage(struct race_frame *frame, const char *name)
{
    return (struct stage){name, frame, race_frame_run, race_frame_next_ps};
}

void race_frame_set_time(struct race_frame *frame, uint64_t time_ps)
{
    assert(time_ps > 0);
    frame->race.time_ps = time_ps;
    waker_wake(frame->waker, time_ps);
}
