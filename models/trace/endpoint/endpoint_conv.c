/* The client's application: it performs the steps and handles the callbacks of the stack. */
#include "models/trace/endpoint/endpoint_conv.h"
#include "models/base/memory.h"
#include "models/trace/capture/capture_access.h"
#include "models/trace/endpoint/endpoint_end.h"
#include "models/trace/endpoint/endpoint_frames.h"
#include "models/trace/endpoint/lwip_conn.h"
#include "models/trace/store/array.h"

#include <assert.h>
#include <stddef.h>

void endpoint_conv_touch(struct endpoint_peer *peer, struct endpoint_conv *conv)
{
    if (conv->touched)
        return;
    conv->touched = true;
    uint32_t *grown =
        array_grow(peer->touched, peer->touched_count, &peer->touched_capacity, sizeof *grown);
    memory_check(grown);
    peer->touched = grown;
    peer->touched[peer->touched_count++] = conv->index;
}

static struct endpoint_conv *conv_of(struct lwip_conn *tcp)
{
    return (struct endpoint_conv *)(void *)tcp; /* its first member */
}

/* Records that the stack has reported progress of this conversation. */
static void note(struct endpoint_peer *peer, struct endpoint_conv *conv)
{
    conv->news = true;
    endpoint_conv_touch(peer, conv);
}

static void on_connected(void *self, struct lwip_conn *tcp)
{
    conv_of(tcp)->connected = true;
    note(self, conv_of(tcp));
}

static void on_bytes(void *self, struct lwip_conn *tcp, const uint8_t *bytes, uint32_t len)
{
    struct endpoint_peer *peer = self;
    struct endpoint_conv *conv = conv_of(tcp);
    conv_check_server_bytes(&conv->check, (int64_t)conv->received, bytes, len);
    conv->received += len;
    conv_check_arrived(&conv->check, &peer->stats, conv->received);
    note(peer, conv);
}

static void on_acked(void *self, struct lwip_conn *tcp, uint32_t bytes)
{
    conv_of(tcp)->acked += bytes;
    note(self, conv_of(tcp));
}

static void on_fin(void *self, struct lwip_conn *tcp)
{
    struct endpoint_conv *conv = conv_of(tcp);
    conv->server_fin = true;
    conv_check_server_fin(&conv->check, conv->received);
    note(self, conv);
}

static void on_end(void *self, struct lwip_conn *tcp, enum lwip_end end)
{
    struct endpoint_conv *conv = conv_of(tcp);
    conv->over = true;
    if (end == LWIP_RESET && !conv->check.cap->reset_by_server)
        conv_check_damage(&conv->check,
                          "the server reset the connection, in the capture it did not");
    if (end == LWIP_GAVE_UP)
        conv_check_damage(&conv->check, "the client's stack gave up after all its retries");
    note(self, conv);
}

struct lwip_hooks endpoint_conv_hooks(struct endpoint_peer *peer)
{
    return (struct lwip_hooks){.self = peer,
                               .output = endpoint_frames_output,
                               .on_connected = on_connected,
                               .on_bytes = on_bytes,
                               .on_acked = on_acked,
                               .on_fin = on_fin,
                               .on_end = on_end};
}

const struct app_step *endpoint_conv_step(struct endpoint_conv *conv)
{
    const struct conversation *cap = conv->check.cap;
    if (conv->step == cap->client_step_count)
        return NULL;
    if (conv->ahead_index != conv->step + 1)
        capture_step(conv->check.capture, cap, CAPTURE_CLIENT, conv->step, &conv->ahead);
    conv->ahead_index = conv->step + 1;
    return &conv->ahead;
}

/* Returns true if all conditions of the step except its time are met. */
static bool is_ready(const struct endpoint_conv *conv, const struct app_step *step)
{
    if (!conv->connected || conv->over || conv->received < step->rx_bytes)
        return false;
    if (step->peer_fin && !conv->server_fin)
        return false;
    return step->kind != APP_RST || conv->acked >= step->tx_acked_bytes;
}

/* Performs a step, or a part of it. Returns true if the step is complete. */
static bool do_step(struct endpoint_peer *peer, struct endpoint_conv *conv,
                    const struct app_step *step, uint64_t now_ps)
{
    if (step->kind == APP_FIN) {
        lwip_conn_shutdown(&conv->tcp, now_ps);
        return true;
    }
    if (step->kind == APP_RST) {
        conv->rst_sent = conv->over = true;
        lwip_conn_abort(&conv->tcp, now_ps);
        return true;
    }
    uint64_t left = step->len - conv->step_len;
    uint32_t space = u32_min(lwip_conn_space(&conv->tcp), sizeof peer->bytes);
    uint32_t len = left < space ? (uint32_t)left : space;
    capture_stream(peer->capture, conv->check.cap, CAPTURE_CLIENT, step->offset + conv->step_len,
                   peer->bytes, len);
    conv->step_len += lwip_conn_write(&conv->tcp, peer->bytes, len, len < left, now_ps);
    if (conv->step_len < step->len)
        return false;
    conv->step_len = 0;
    return true;
}

static uint64_t step_due_ps(const struct endpoint_peer *peer, const struct app_step *step)
{
    return peer->params.start_ps + step->time_ps;
}

static void do_steps(struct endpoint_peer *peer, struct endpoint_conv *conv, uint64_t now_ps)
{
    const struct app_step *step;
    while ((step = endpoint_conv_step(conv)) && is_ready(conv, step) &&
           step_due_ps(peer, step) <= now_ps && do_step(peer, conv, step, now_ps)) {
        conv->step++;
        peer->steps_done++;
        conv->progress_ps = now_ps;
    }
}

/* Skips the remaining steps of a conversation. The result remains in conv_check. */
static void leave(struct endpoint_peer *peer, struct endpoint_conv *conv)
{
    peer->steps_done += conv->check.cap->client_step_count - conv->step;
    conv->step = conv->check.cap->client_step_count;
    peer->open_count--;
}

void endpoint_conv_close(struct endpoint_peer *peer, struct endpoint_conv *conv)
{
    leave(peer, conv);
    assert(!conv->check.done);
    conv->check.done = true;
}

void endpoint_conv_refuse(struct endpoint_peer *peer, struct endpoint_conv *conv,
                          enum outcome reason, const char *why)
{
    leave(peer, conv);
    conv_check_refuse(&conv->check, reason, why);
}

void endpoint_conv_put_away(struct endpoint_peer *peer, struct endpoint_conv *conv)
{
    if (conv->queue_at)
        conv_queue_remove(&peer->queue, &conv->queue_at);
    state_store_put_away(peer->convs, conv->index, offsetof(struct endpoint_conv, ahead));
}

static void open(struct endpoint_peer *peer, struct endpoint_conv *conv, uint64_t now_ps)
{
    conv->opened = true;
    conv->progress_ps = conv->check.result.started_ps = now_ps;
    const char *why = lwip_conn_open(peer->stack, &conv->tcp, &conv->check.result.key, now_ps);
    if (why)
        endpoint_conv_refuse(peer, conv, PARTIAL_STACK, why);
}

/* Returns when the conversation must run without an event from the network: at the time of its next step, or at the stall
 * limit. */
static uint64_t timer_ps(const struct endpoint_peer *peer, struct endpoint_conv *conv,
                         uint64_t now_ps)
{
    if (conv->check.done)
        return TIME_NEVER;
    if (!conv->opened)
        return conv->open_ps;
    const struct app_step *step = endpoint_conv_step(conv);
    if (step && is_ready(conv, step) && step_due_ps(peer, step) > now_ps)
        return step_due_ps(peer, step);
    return endpoint_end_stall_ps(peer, conv, now_ps);
}

void endpoint_conv_go_on(struct endpoint_peer *peer, struct endpoint_conv *conv, uint64_t now_ps)
{
    if (!conv->check.done && !conv->opened && conv->open_ps <= now_ps)
        open(peer, conv, now_ps);
    if (conv->news)
        conv->progress_ps = now_ps;
    conv->news = false;
    if (!conv->check.done && conv->opened) {
        do_steps(peer, conv, now_ps);
        endpoint_end_check(peer, conv, now_ps);
    }
    if (timer_ps(peer, conv, now_ps) <= now_ps)
        endpoint_end_stalled(peer, conv, now_ps);
    uint64_t due_ps = timer_ps(peer, conv, now_ps);
    if (due_ps != TIME_NEVER)
        conv_queue_set(&peer->queue, conv->index, due_ps, &conv->queue_at);
    else if (conv->queue_at)
        conv_queue_remove(&peer->queue, &conv->queue_at);
    if (conv->check.done && !conv->tcp.pcb && !conv->touched)
        endpoint_conv_put_away(peer, conv);
}
