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
    uint64_t next = conv_queue_next_ps(&peer->queue);
    next = u64_min(next, lwip_stack_next_ps(peer->stack));
    return u64_min(next, endpoint_frames_next_ps(peer));
}

void endpoint_peer_settle(struct endpoint_peer *peer, uint64_t now_ps)
{
    while (peer->touched_count) {
        struct endpoint_conv *conv =
            state_store_find(peer->convs, peer->touched[--peer->touched_count]);
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
    while (conv_queue_next_ps(&peer->queue) <= now_ps) {
        bool begins;
        uint32_t index = conv_queue_first(&peer->queue, &begins);
        endpoint_conv_go_on(peer, endpoint_peer_conv(peer, index), now_ps);
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

/* Fills in what is not kept of a state. */
static void conv_complete(struct endpoint_peer *peer, struct endpoint_conv *conv, size_t index)
{
    conv->captured = *capture_conversation(peer->capture, index);
    conv->check.cap = &conv->captured;
    conv->check.capture = peer->capture;
    conv->index = (uint32_t)index;
}

/* Makes the state of a conversation that has not begun. */
static struct endpoint_conv *conv_make(struct endpoint_peer *peer, size_t index)
{
    struct endpoint_conv *conv = state_store_make(peer->convs, index);
    conv_complete(peer, conv, index);
    const struct conversation *cap = &conv->captured;
    struct flow_key key = tuple_table_key(&peer->tuples, index, cap);
    conv_check_init(&conv->check, peer->capture, cap, &key);
    tuple_table_client_mac(&peer->tuples, cap, index, conv->client_mac);
    conv->open_ps = peer->params.start_ps + syn_ps(peer->capture, cap);
    return conv;
}

static struct endpoint_conv *conv_bring(struct endpoint_peer *peer, size_t index)
{
    struct endpoint_conv *conv = state_store_bring(peer->convs, index);
    conv_complete(peer, conv, index);
    conv->check.done = true; /* also if it could not be read */
    return conv;
}

struct endpoint_conv *endpoint_peer_conv(struct endpoint_peer *peer, size_t index)
{
    struct endpoint_conv *conv = state_store_find(peer->convs, index);
    if (conv)
        return conv;
    return state_store_is_away(peer->convs, index) ? conv_bring(peer, index)
                                                   : conv_make(peer, index);
}

/* Finds out when a conversation begins. One that cannot be played is over at once. */
static bool conv_plan(struct endpoint_peer *peer, size_t index)
{
    struct endpoint_conv *conv = conv_make(peer, index);
    peer->steps_total += conv->captured.client_step_count;
    if (conv->check.result.key.ip_version == 0) {
        endpoint_conv_refuse(peer, conv, PARTIAL_TUPLE, "no free tuple");
        endpoint_conv_put_away(peer, conv);
        return true;
    }
    uint64_t open_ps = conv->open_ps;
    state_store_drop(peer->convs, index);
    return conv_queue_add(&peer->queue, (uint32_t)index, open_ps);
}

/* Plans all conversations that are replayable; the others are over. */
static bool plan_all(struct endpoint_peer *peer)
{
    for (size_t i = capture_next_replayable(peer->capture, 0); i < peer->conv_count;
         i = capture_next_replayable(peer->capture, i + 1)) {
        peer->open_count++;
        if (!conv_plan(peer, i))
            return false;
    }
    conv_queue_sort(&peer->queue);
    return true;
}

static bool make_parts(struct endpoint_peer *peer, uint32_t mtu_bytes)
{
    struct tuple_params tuples = {.across_vlans = true};
    memcpy(tuples.team_mac, peer->params.team_mac, sizeof tuples.team_mac);
    memcpy(tuples.team_ipv4, peer->params.team_ipv4, sizeof tuples.team_ipv4);
    memcpy(tuples.team_ipv6, peer->params.team_ipv6, sizeof tuples.team_ipv6);
    struct lwip_hooks hooks = endpoint_conv_hooks(peer);
    peer->convs = state_store_create(peer->conv_count, sizeof(struct endpoint_conv),
                                     capture_spill(peer->capture));
    peer->stack = lwip_stack_create(&hooks, mtu_bytes, peer->params.seed);
    return tuple_table_init(&peer->tuples, &tuples, peer->capture) && peer->convs && peer->stack &&
           plan_all(peer);
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
    peer->conv_count = capture_conversation_count(capture);
    if (!make_parts(peer, mtu_bytes)) {
        endpoint_peer_destroy(peer);
        return NULL;
    }
    return peer;
}

void endpoint_peer_destroy(struct endpoint_peer *peer)
{
    if (!peer)
        return;
    lwip_stack_destroy(peer->stack);
    endpoint_frames_drop(peer);
    conv_queue_free(&peer->queue);
    tuple_table_free(&peer->tuples);
    free(peer->touched);
    state_store_destroy(peer->convs);
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
    struct endpoint_conv *conv = endpoint_peer_conv(peer, conversation);
    if (conv_check_app_bytes(&conv->check, &peer->stats, offset, bytes, len))
        conv->news = true;
    endpoint_conv_touch(peer, conv);
    endpoint_peer_settle(peer, now_ps);
}

static void side_on_server_end(void *self, size_t conversation, unsigned cause, uint64_t now_ps)
{
    struct endpoint_peer *peer = self;
    assert(conversation < peer->conv_count);
    struct endpoint_conv *conv = endpoint_peer_conv(peer, conversation);
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
        if (!capture_is_replayable(peer->capture, i)) {
            outcome_count(&peer->stats.outcomes, capture_conversation(peer->capture, i)->partial);
            continue;
        }
        struct endpoint_conv *conv = endpoint_peer_conv(peer, i);
        if (!conv->check.done)
            endpoint_end_check(peer, conv, now_ps);
        if (!conv->check.done)
            endpoint_conv_close(peer, conv);
        conv_check_judge(&conv->check, &peer->stats);
        if (!conv->tcp.pcb && !conv->touched) /* The stack still points to the others. */
            endpoint_conv_put_away(peer, conv);
    }
}

static const struct conv_result *side_result(void *self, size_t conversation)
{
    struct endpoint_peer *peer = self;
    assert(conversation < peer->conv_count);
    const struct endpoint_conv *conv = state_store_find(peer->convs, conversation);
    if (conv) {
        peer->result = conv->check.result;
    } else if (state_store_is_away(peer->convs, conversation)) {
        peer->result = conv_bring(peer, conversation)->check.result;
        state_store_drop(peer->convs, conversation);
    } else {
        const struct conversation *cap = capture_conversation(peer->capture, conversation);
        struct flow_key key = tuple_table_key(&peer->tuples, conversation, cap);
        enum outcome outcome = cap->replayable ? OUTCOME_OPEN : cap->partial;
        peer->result = (struct conv_result){.outcome = outcome, .key = key};
    }
    return &peer->result;
}

static void side_memory(const void *self, struct replay_memory *out)
{
    const struct endpoint_peer *peer = self;
    *out = (struct replay_memory){
        .fixed_bytes = state_store_bytes(peer->convs) + tuple_table_bytes(&peer->tuples) +
                       conv_queue_bytes(&peer->queue),
        .away_bytes = state_store_away_bytes(peer->convs),
        .states = state_store_in_memory(peer->convs),
        .states_most = state_store_in_memory_most(peer->convs),
        .state_bytes = sizeof(struct endpoint_conv),
    };
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
        .memory = side_memory,
        .destroy = side_destroy,
    };
}
