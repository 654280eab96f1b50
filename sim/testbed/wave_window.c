#include "sim/testbed/wave_window.h"

#include "models/base/frame.h"
#include "models/hwif/nic_desc.h"
#include "models/wire/packet.h"

void wave_window_init(struct wave_window *window, const struct sim_config *config,
                      void (*set_on)(void *self, bool on, uint64_t now_ps), void *self,
                      const struct waker *waker)
{
    *window = (struct wave_window){.mode = config->waves,
                                   .margin_ps = config->waves_margin_ps,
                                   .moves_max = config->waves_moves_max,
                                   .close_ps = TIME_NEVER,
                                   .set_on = set_on,
                                   .self = self,
                                   .waker = waker};
}

/* Returns true if the frame may start a move. A foreign SYN opens a connection, but any other
 * foreign frame may start a move. */
static bool may_start_move(const struct probe_event *event)
{
    if (event->verdict.verdict != NIC_VERDICT_NOT_MINE &&
        event->verdict.verdict != NIC_VERDICT_MOVED)
        return false;
    const struct frame *frame = event->verdict.frame;
    struct packet packet;
    packet_parse(frame->data, frame->len, false, &packet);
    return packet.kind == PACKET_TCP && !(packet.seg.flags & TCP_SYN);
}

/* If no move is under way, the window closes after the margin, unless a move begins before that
 * time. */
static void close_later(struct wave_window *window, uint64_t now_ps)
{
    if (!window->open || window->running > 0)
        return;
    window->close_ps = now_ps + window->margin_ps;
    waker_wake(window->waker, window->close_ps);
}

static void open_now(struct wave_window *window, uint64_t now_ps)
{
    if (!window->open && window->moves_max > 0 && window->moves >= window->moves_max)
        return;
    if (!window->open)
        window->set_on(window->self, true, now_ps);
    window->open = true;
    window->close_ps = TIME_NEVER;
    close_later(window, now_ps);
}

static void on_event(void *self, const struct probe_event *event)
{
    struct wave_window *window = self;
    switch (event->kind) {
    case PROBE_RX_VERDICT:
        if (may_start_move(event))
            open_now(window, event->now_ps);
        break;
    case PROBE_MOVE_BEGIN:
        window->moves++;
        window->running++;
        window->close_ps = TIME_NEVER;
        break;
    case PROBE_MOVE_END:
        if (window->running > 0)
            window->running--;
        close_later(window, event->now_ps);
        break;
    case PROBE_MOVE_MARK: /* T12 comes after the driver has ended the move */
        if (event->mark.mark == MARK_FIRST_BUILT)
            close_later(window, event->now_ps);
        break;
    default:
        break;
    }
}

struct probe_listener wave_window_listener(struct wave_window *window)
{
    uint64_t kinds = UINT64_C(1) << PROBE_RX_VERDICT | UINT64_C(1) << PROBE_MOVE_BEGIN |
                     UINT64_C(1) << PROBE_MOVE_END | UINT64_C(1) << PROBE_MOVE_MARK;
    return (struct probe_listener){on_event, window, window->mode == WAVES_MOVES ? kinds : 0};
}

static void wave_window_run(void *self, uint64_t now_ps)
{
    struct wave_window *window = self;
    if (window->mode == WAVES_ALL && !window->open) {
        window->open = true;
        window->set_on(window->self, true, now_ps);
    }
    if (window->close_ps > now_ps)
        return;
    window->open = false;
    window->close_ps = TIME_NEVER;
    window->set_on(window->self, false, now_ps);
}

static uint64_t wave_window_next_ps(const void *self)
{
    const struct wave_window *window = self;
    if (window->mode == WAVES_ALL && !window->open)
        return 0;
    return window->close_ps;
}

struct stage wave_window_stage(struct wave_window *window, const char *name)
{
    return (struct stage){name, window, wave_window_run, wave_window_next_ps};
}
