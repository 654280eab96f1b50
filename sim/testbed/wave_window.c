#include "sim/testbed/wave_window.h"

#include "models/base/frame.h"
#include "models/hwif/nic_desc.h"
#include "models/wire/packet.h"

#include <assert.h>
#include <stdlib.h>

/* A move of a connection. The numbers are those of `changes`, plus 1, so 0 is none; an even one means that the window
 * was open. */
struct wave_move {
    uint64_t begun;   /* when the move began; 0: none is under way */
    uint64_t trouble; /* when it was late or failed */
    bool keeps;       /* the window stays open for this move */
};

bool wave_window_init(struct wave_window *window, const struct sim_config *config,
                      void (*set_on)(void *self, bool on, uint64_t now_ps), void *self,
                      const struct waker *waker)
{
    *window = (struct wave_window){.mode = config->waves,
                                   .margin_ps = config->waves_margin_ps,
                                   .moves_max = config->waves_moves_max,
                                   .conn_max = config->team.conn_max,
                                   .close_ps = TIME_NEVER,
                                   .set_on = set_on,
                                   .self = self,
                                   .waker = waker};
    window->moves = calloc(window->conn_max, sizeof *window->moves);
    return window->moves;
}

void wave_window_free(struct wave_window *window)
{
    free(window->moves);
    window->moves = NULL;
}

static bool is_open(const struct wave_window *window) { return window->changes % 2 == 1; }

static void change(struct wave_window *window, bool on, uint64_t now_ps)
{
    assert(is_open(window) != on);
    window->changes++;
    window->set_on(window->self, on, now_ps);
}

/* True if the window was open at some time since then. */
static bool is_shown(const struct wave_window *window, uint64_t since)
{
    return since != 0 && (since % 2 == 0 || window->changes + 1 > since);
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

/* If no move that is to be shown is under way, the window closes after the margin, unless a move
 * begins before that time. */
static void close_later(struct wave_window *window, uint64_t now_ps)
{
    if (!is_open(window) || window->mode == WAVES_ALL || window->keepers > 0)
        return;
    window->close_ps = now_ps + window->margin_ps;
    waker_wake(window->waker, window->close_ps);
}

static void open_now(struct wave_window *window, uint64_t now_ps)
{
    if (!is_open(window))
        change(window, true, now_ps);
    window->close_ps = TIME_NEVER;
    close_later(window, now_ps);
}

static bool is_below_limit(const struct wave_window *window, uint64_t moves)
{
    return window->moves_max == 0 || moves < window->moves_max;
}

static void keep_open_for(struct wave_window *window, struct wave_move *move, uint64_t now_ps)
{
    move->keeps = true;
    window->keepers++;
    open_now(window, now_ps);
}

static void on_begin(struct wave_window *window, struct wave_move *move, uint64_t now_ps)
{
    *move = (struct wave_move){0};
    if (is_below_limit(window, window->begun))
        keep_open_for(window, move, now_ps);
    window->begun++;
    move->begun = window->changes + 1;
}

static void on_trouble(struct wave_window *window, struct wave_move *move, uint64_t now_ps)
{
    if (move->begun == 0 || move->trouble != 0)
        return;
    if (!move->keeps && is_below_limit(window, window->kept_for_trouble)) {
        window->kept_for_trouble++;
        keep_open_for(window, move, now_ps);
    }
    move->trouble = window->changes + 1;
}

static void count(const struct wave_window *window, const struct wave_move *move,
                  struct wave_counts *counts)
{
    counts->moves++;
    counts->shown += is_shown(window, move->begun);
    counts->shown_whole += move->begun % 2 == 0 && move->begun == window->changes + 1;
    counts->troubled += move->trouble != 0;
    counts->troubled_shown += is_shown(window, move->trouble);
}

static void on_end(struct wave_window *window, struct wave_move *move, uint64_t now_ps)
{
    if (move->begun == 0)
        return;
    count(window, move, &window->counts);
    move->begun = 0;
    if (!move->keeps)
        return;
    assert(window->keepers > 0);
    window->keepers--;
    close_later(window, now_ps);
}

static void on_event(void *self, const struct probe_event *event)
{
    struct wave_window *window = self;
    if (event->kind == PROBE_RX_VERDICT) {
        if (is_below_limit(window, window->begun) && may_start_move(event))
            open_now(window, event->now_ps);
        return;
    }
    if (event->conn >= window->conn_max)
        return;
    struct wave_move *move = &window->moves[event->conn];
    switch (event->kind) {
    case PROBE_MOVE_BEGIN:
        on_begin(window, move, event->now_ps);
        break;
    case PROBE_MOVE_TROUBLE:
        on_trouble(window, move, event->now_ps);
        break;
    case PROBE_MOVE_END:
        on_end(window, move, event->now_ps);
        break;
    case PROBE_MOVE_MARK: /* T12 comes after the driver has ended the move */
        if (event->mark.mark == MARK_FIRST_BUILT && move->keeps)
            close_later(window, event->now_ps);
        break;
    default:
        break;
    }
}

struct probe_listener wave_window_listener(struct wave_window *window)
{
    uint64_t kinds = UINT64_C(1) << PROBE_RX_VERDICT | UINT64_C(1) << PROBE_MOVE_BEGIN |
                     UINT64_C(1) << PROBE_MOVE_TROUBLE | UINT64_C(1) << PROBE_MOVE_END |
                     UINT64_C(1) << PROBE_MOVE_MARK;
    return (struct probe_listener){on_event, window, kinds};
}

struct wave_counts wave_window_counts(const struct wave_window *window)
{
    struct wave_counts counts = window->counts;
    for (uint32_t conn = 0; window->moves && conn < window->conn_max; conn++)
        if (window->moves[conn].begun != 0) /* the run ends before the move */
            count(window, &window->moves[conn], &counts);
    return counts;
}

static void wave_window_run(void *self, uint64_t now_ps)
{
    struct wave_window *window = self;
    if (window->mode == WAVES_ALL && !is_open(window))
        change(window, true, now_ps);
    if (window->close_ps > now_ps)
        return;
    window->close_ps = TIME_NEVER;
    change(window, false, now_ps);
}

static uint64_t wave_window_next_ps(const void *self)
{
    const struct wave_window *window = self;
    if (window->mode == WAVES_ALL && !is_open(window))
        return 0;
    return window->close_ps;
}

struct stage wave_window_stage(struct wave_window *window, const char *name)
{
    return (struct stage){name, window, wave_window_run, wave_window_next_ps};
}
