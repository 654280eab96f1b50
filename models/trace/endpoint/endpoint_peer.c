#include "models/trace/endpoint/endpoint_peer_pvt.h"
#include "models/trace/endpoint/endpoint_pvt.h"

#include "models/trace/capture/capture_access.h"
#include "models/trace/endpoint/endpoint_conv.h"
#include "models/trace/endpoint/endpoint_end.h"
#include "models/trace/endpoint/endpoint_frames.h"
#include "models/wire/tcp_hdr.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static uint64_t peer_next_ps(const void *self)
{
    const struct endpoint_peer *peer = self;
    uint64_t next = timer_heap_next_ps(peer->timers);
    next = u64_min(next, lwip_stack_next_ps(peer->stack));
    return u64_min(next, endpoint_frames_next_ps(peer));
}

void endpoint_peer_settle(struct endpoint_peer *peer, uint64_t now_ps)
{
    while (peer->touched_count) {
        struct endpoint_conv *conv = &peer->convs[peer->touched[--peer->touched_count]];
        conv->touched = false;
        endpoint_conv_go_on(peer, conv, now_ps);
    }
    waker_wake(peer->waker, peer_next_ps(peer));
}

static void peer_run(void *self, uint64_t now_ps)
{
    struct endpoint_peer *peer = self;
    lwip_stack_run(peer->stack, now_ps);
    endpoint_peer_settle(peer, now_ps);
    while (timer_heap_next_ps(peer->timers) <= now_ps) {
        endpoint_conv_go_on(peer, &peer->convs[timer_heap_first(peer->timers)], now_ps);
        endpoint_peer_settle(peer, now_ps);
    }
    endpoint_frames_run(peer, now_ps);
}

/* Returns the time of the conversation's SYN on the timeline, which is the first SYN of the client. */
static uint64_t syn_ps(const struct capture *capture, const struct conversation *cap)
{
    for (size_t i = 0; i < cap->segment_count; i++) {
        struct client_segment segment;
        capture_segment(capture, cap, i, &segment);
        if ((segment.flags & TCP_SYN) && !segment.ignored)
            return segment.time_ps;
    }
    return cap->first_ps;
}

static void conv_init(struct endpoint_peer *peer, size_t index)
{
    struct endpoint_conv *conv = &peer->convs[index];
    const struct conversation *cap = capture_conversation(peer->capture, index);
    conv->index = (uint32_t)index;
    conv_check_init(&conv->check, peer->capture, cap, &peer->tuples.keys[index]);
    tuple_table_client_mac(&peer->tuples, cap, index, conv->client_mac);
    conv->open_ps = peer->params.start_ps + syn_ps(peer->capture, cap);
    peer->steps_total += cap->client_step_count;
    if (!cap->replayable) {
        endpoint_conv_close(peer, conv);
    } else if (conv->check.result.key.ip_version == 0) {
        endpoint_conv_refuse(peer, conv, PARTIAL_TUPLE, "no free tuple");
    } else {
        timer_heap_set(peer->timers, conv->index, conv->open_ps);
    }
}

static bool make_parts(struct endpoint_peer *peer, uint32_t mtu_bytes)
{
    struct tuple_params tuples = {.across_vlans = true};
    memcpy(tuples.team_mac, peer->params.team_mac, sizeof tuples.team_mac);
    memcpy(tuples.team_ipv4, peer->params.team_ipv4, sizeof tuples.team_ipv4);
    memcpy(tuples.team_ipv6, peer->params.team_ipv6, sizeof tuples.team_ipv6);
    struct lwip_hooks hooks = endpoint_conv_hooks(peer);
    peer->convs = calloc(peer->conv_count + 1, sizeof *peer->convs);
    peer->touched = calloc(peer->conv_count + 1, sizeof *peer->touched);
    peer->timers = timer_heap_create((uint32_t)peer->conv_count + 1);
    peer->stack = lwip_stack_create(&hooks, mtu_bytes, peer->params.seed);
    return tuple_table_init(&peer->tuples, &tuples, peer->capture) && peer->convs &&
           peer->touched && peer->timers && peer->stack;
}

struct endpoint_peer *endpoint_peer_create(const struct replay_params *params, uint32_t mtu_bytes,
                                           const struct capture *capture, struct frame_pool *pool,
                                           struct frame_sink uplink, const struct waker *waker)
{
    struct endpoint_peer *peer = calloc(1, sizeof *peer);
    if (!peer)
        return NULL;
    *peer = (struct endpoint_peer){
        .params = *params, .capture = capture, .pool = pool, .uplink = uplink, .waker = waker};
    peer->conv_count = peer->open_count = capture_conversation_count(capture);
    if (!make_parts(peer, mtu_bytes)) {
        endpoint_peer_destroy(peer);
        return NULL;
    }
    for (size_t i = 0; i < peer->conv_count; i++)
        conv_init(peer, i);
    return peer;
}

void endpoint_peer_destroy(struct endpoint_peer *peer)
{
    if (!peer)
        return;
    lwip_stack_destroy(peer->stack);
    endpoint_frames_drop(peer);
    timer_heap_destroy(peer->timers);
    tuple_table_free(&peer->tuples);
    free(peer->touched);
    free(peer->convs);
    free(peer);
}

static size_t side_find(const void *self, const struct flow_key *key)
{
    return tuple_table_find(&((const struct endpoint_peer *)self)->tuples, key);
}

static void side_on_server_bytes(void *self, size_t conversation, uint64_t offset,
                                 const uint8_t *bytes, uint32_t len, uint64_t now_ps)
{
    struct endpoint_peer *peer = self;
    assert(conversation < peer->conv_count);
    struct endpoint_conv *conv = &peer->convs[conversation];
    if (conv_check_app_bytes(&conv->check, &peer->stats, offset, bytes, len))
        conv->news = true;
    endpoint_conv_touch(peer, conv);
    endpoint_peer_settle(peer, now_ps);
}

static void side_on_server_end(void *self, size_t conversation, unsigned cause, uint64_t now_ps)
{
    struct endpoint_peer *peer = self;
    assert(conversation < peer->conv_count);
    struct endpoint_conv *conv = &peer->convs[conversation];
    if (cause != 0 && !conv->rst_sent && !conv->check.cap->reset_by_server && !conv->over)
        conv_check_damage(&conv->check, "the connection was terminated prematurely (cause %u)",
                          cause);
    conv->server_ended = true;
    endpoint_conv_touch(peer, conv);
    endpoint_peer_settle(peer, now_ps);
}

static bool side_is_done(const void *self)
{
    return ((const struct endpoint_peer *)self)->open_count == 0;
}

static uint32_t side_progress(const void *self)
{
    const struct endpoint_peer *peer = self;
    return peer->steps_total ? (uint32_t)(peer->steps_done * 1000 / peer->steps_total) : 1000;
}

static void side_finish(void *self, uint64_t now_ps)
{
    struct endpoint_peer *peer = self;
    for (size_t i = 0; i < peer->conv_count; i++) {
        struct endpoint_conv *conv = &peer->convs[i];
        if (!conv->check.done)
            endpoint_end_check(peer, conv, now_ps);
        if (!conv->check.done)
            endpoint_conv_close(peer, conv);
        conv_check_judge(&conv->check, &peer->stats);
    }
}

static const struct conv_result *side_result(const void *self, size_t conversation)
{
    const struct endpoint_peer *peer = self;
    assert(conversation < peer->conv_count);
    return &peer->convs[conversation].check.result;
}

static const struct replay_stats *side_stats(const void *self)
{
    return &((const struct endpoint_peer *)self)->stats;
}

static void side_destroy(void *self) { endpoint_peer_destroy(self); }

struct replay_side endpoint_peer_side(struct endpoint_peer *peer)
{
    return (struct replay_side){
        .self = peer,
        .stage = {.name = "peers", .self = peer, .run = peer_run, .next_ps = peer_next_ps},
        .rx = {.accept = endpoint_frames_accept, .self = peer},
        .find = side_find,
        .on_server_bytes = side_on_server_bytes,
        .on_server_end = side_on_server_end,
        .is_done = side_is_done,
        .progress_permille = side_progress,
        .finish = side_finish,
        .result = side_result,
        .stats = side_stats,
        .destroy = side_destroy,
    };
}
