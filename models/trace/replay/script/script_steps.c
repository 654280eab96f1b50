/* Derives the steps of both applications. Each step tells how much of the other side's stream the application had received
 * before its action. */
#include "models/trace/replay/script/script_steps.h"
#include "models/trace/replay/script/script_rows.h"

/* One application's view of the conversation. */
struct role {
    const struct script_input *in;
    const struct stream *own, *other;
    uint8_t dir;
};

static uint64_t clip(int64_t acked, const struct stream *stream)
{
    uint64_t bytes = acked < 0 ? 0 : (uint64_t)acked;
    return bytes > stream->len ? stream->len : bytes;
}

/* Converts an acknowledged offset of the other side's stream to the condition of a step. */
static void step_condition(const struct role *role, int64_t acked, struct app_step *step)
{
    step->rx_bytes = clip(acked, role->other);
    step->peer_fin = role->other->fin && acked > (int64_t)role->other->len;
}

/* Makes the step that resets the connection. The application resets after it has received all bytes captured before the
 * reset, acknowledged or not, because a reset often answers the last of them. Its own bytes must have been acknowledged
 * as far as in the capture, because a reset discards the rest. */
static void reset_step(const struct role *role, struct app_step *step)
{
    struct conv_view *view = role->in->view;
    int64_t received = 0, sent = 0;
    struct stream_progress progress = {0};
    for (size_t i = 0; i < role->in->reset; i++) {
        const struct raw_segment *seg = view_get(view, i);
        bool own = seg->dir == role->dir;
        if (!own && !(seg->flags & TCP_RST))
            stream_progress_add(&progress, seg->at, seg->payload_len);
        int64_t *claim = own ? &received : &sent;
        *claim = seg->acked > *claim ? seg->acked : *claim;
    }
    *step = (struct app_step){.kind = APP_RST,
                              .offset = role->own->len,
                              .time_ps = view_get(view, role->in->reset)->time_ps};
    step_condition(role, received, step);
    uint64_t captured = clip((int64_t)progress.contiguous, role->other);
    if (captured > step->rx_bytes)
        step->rx_bytes = captured;
    step->tx_acked_bytes = clip(sent, role->own);
}

/* Returns true if two steps can be joined: they have the same condition and, if `timed` is set, the same time. */
static bool joins(const struct app_step *last, const struct app_step *step, bool timed)
{
    return last->rx_bytes == step->rx_bytes && last->peer_fin == step->peer_fin &&
           (!timed || last->time_ps == step->time_ps);
}

/* Writes steps. The last step is kept back, because the next one may join it. */
struct step_writer {
    struct row_writer rows;
    struct app_step last;
    bool any;
};

static bool step_flush(struct step_writer *writer)
{
    struct row row;
    app_step_pack(&writer->last, &row);
    return !writer->any || row_writer_add(&writer->rows, &row);
}

static bool step_add(struct step_writer *writer, const struct app_step *step)
{
    bool ok = step_flush(writer);
    writer->last = *step;
    writer->any = true;
    return ok;
}

static bool fill(const struct role *role, bool timed, struct step_writer *writer)
{
    const struct stream_map *map = &role->own->map;
    bool ok = true;
    for (size_t i = 0; ok && i < stream_map_count(map); i++) {
        struct stream_range range = stream_map_range(map, i);
        struct app_step step = {.kind = APP_SEND,
                                .offset = range.from,
                                .len = range.to - range.from,
                                .time_ps = timed ? range.time_ps : 0};
        step_condition(role, range.acked, &step);
        if (writer->any && joins(&writer->last, &step, timed))
            writer->last.len += step.len;
        else
            ok = step_add(writer, &step);
    }
    if (role->own->fin) {
        struct app_step fin = {
            .kind = APP_FIN, .offset = role->own->len, .time_ps = timed ? role->own->fin_ps : 0};
        step_condition(role, role->own->fin_acked, &fin);
        ok = ok && step_add(writer, &fin);
    }
    size_t reset = role->in->reset;
    if (reset != SIZE_MAX && view_get(role->in->view, reset)->dir == role->dir) {
        struct app_step step;
        reset_step(role, &step);
        step.time_ps = timed ? step.time_ps : 0;
        ok = ok && step_add(writer, &step);
    }
    return ok && step_flush(writer);
}

static bool script_one(const struct role *role, bool timed, uint64_t *at, size_t *count)
{
    struct step_writer writer = {.any = false};
    row_writer_begin(&writer.rows, role->in->store->kept, &app_step_shape);
    bool ok = fill(role, timed, &writer);
    struct row_list list;
    ok = row_writer_end(&writer.rows, &list) && ok;
    *at = list.blocks_at;
    *count = list.count;
    return ok && !view_has_failed(role->in->view);
}

bool script_applications(const struct script_input *in, struct conversation *conv)
{
    struct role client = {in, in->client, in->server, in->client_dir};
    struct role server = {in, in->server, in->client, (uint8_t)!in->client_dir};
    return script_one(&client, true, &conv->steps_at[CAPTURE_CLIENT], &conv->client_step_count) &&
           script_one(&server, false, &conv->steps_at[CAPTURE_SERVER], &conv->server_step_count);
}
