#include "models/trace/replay/replay_peer.h"
#include "models/trace/replay/replay_peer_pvt.h"

#include "models/trace/capture/capture_access.h"
#include "models/trace/replay/replay_check.h"
#include "models/trace/replay/replay_conv.h"
#include "models/trace/replay/replay_due.h"
#include "models/trace/replay/replay_liveness.h"
#include "models/trace/replay/replay_rx.h"
#include "models/trace/replay/replay_send.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { RUN_LIMIT = 1 << 20 }; /* events at one time; more of them mean an endless loop */

static uint64_t peer_next_ps(const void *self)
{
    const struct replay_peer *peer = self;
    uint64_t due = conv_queue_next_ps(&peer->queue);
    return due == TIME_NEVER ? due : u64_max(due, peer->uplink_free_ps);
}

static void conv_put_away(struct replay_peer *peer, struct replay_conv *conv)
{
    if (conv->queue_at)
        conv_queue_remove(&peer->queue, &conv->queue_at);
    state_store_put_away(peer->convs, conv->index,
                         conv->ooo.count ? offsetof(struct replay_conv, ahead)
                                         : offsetof(struct replay_conv, ooo));
}

void replay_peer_touch(struct replay_peer *peer, struct replay_conv *conv, uint64_t now_ps)
{
    conv->touched_ps = now_ps;
    replay_check_end(peer, conv, now_ps);
    replay_due_arm_ack(peer, conv);
    uint64_t due_ps = replay_due_ps(peer, conv);
    if (conv->check.done && due_ps == TIME_NEVER)
        conv_put_away(peer, conv);
    else
        conv_queue_set(&peer->queue, conv->index, due_ps, &conv->queue_at);
    waker_wake(peer->waker, peer_next_ps(peer));
}

/* Performs the one action of the conversation that is due now. */
static void conv_act(struct replay_peer *peer, struct replay_conv *conv, uint64_t now_ps)
{
    bool acted = true;
    if (replay_due_segment_ps(peer, conv) <= now_ps)
        acted = replay_send_captured(peer, conv, now_ps);
    else if (replay_due_probe_ps(conv) <= now_ps)
        acted = replay_send_captured(peer, conv, now_ps);
    else if (conv->rto_at_ps <= now_ps)
        acted = replay_liveness_on_timeout(peer, conv, now_ps);
    else if (conv->live_at_ps <= now_ps)
        acted = replay_send_ack(peer, conv, now_ps);
    else
        replay_check_stalled(peer, conv, now_ps);
    if (acted)
        replay_peer_touch(peer, conv, now_ps);
}

static void peer_run(void *self, uint64_t now_ps)
{
    struct replay_peer *peer = self;
    unsigned events = 0;
    while (peer_next_ps(peer) <= now_ps) {
        bool begins;
        uint32_t index = conv_queue_first(&peer->queue, &begins);
        struct replay_conv *conv = state_store_find(peer->convs, index);
        if (!begins)
            conv_act(peer, conv, now_ps);
        else if (!conv && !state_store_is_away(peer->convs, index))
            (void)replay_peer_conv(peer, index); /* It acts when it is the next one in the queue. */
        assert(++events < RUN_LIMIT);
    }
}

static void peer_accept(void *self, struct frame *frame, uint64_t now_ps)
{
    struct replay_peer *peer = self;
    struct packet packet;
    peer->stats.frames_received++;
    packet_parse(frame->data, frame->len, true, &packet);
    bool tcp = packet.kind == PACKET_TCP;
    bool bad = (frame->flags & FRAME_BAD_FCS) || packet.kind == PACKET_MALFORMED ||
               (tcp && !(packet.ip_checksum_ok && packet.tcp_checksum_ok));
    size_t index = SIZE_MAX;
    if (tcp && !bad) {
        struct flow_key seen;
        packet_flow_key(&packet, &seen);
        index = tuple_table_find_reverse(&peer->tuples, &seen);
    }
    if (bad)
        peer->stats.bad_frames++;
    else if (index == SIZE_MAX)
        peer->stats.stray_frames++;
    else {
        struct replay_conv *conv = replay_peer_conv(peer, index);
        replay_rx_segment(peer, conv, &packet.seg, now_ps);
        replay_peer_touch(peer, conv, now_ps);
    }
    frame_free(peer->pool, frame);
}

/* Returns false after the disk has failed to read or write data of the capture. Its segments then read as zero, and the
 * run ends with an error at its next check. */
static bool can_read(const struct replay_peer *peer)
{
    return capture_trouble(peer->capture, NULL) == STATUS_OK;
}

/* Fills in what is not kept of a state. */
static void conv_complete(struct replay_peer *peer, struct replay_conv *conv, size_t index)
{
    conv->captured = *capture_conversation(peer->capture, index);
    conv->check.cap = &conv->captured;
    conv->check.capture = peer->capture;
    conv->index = (uint32_t)index;
}

/* Makes the state of a conversation that has not begun. */
static struct replay_conv *conv_make(struct replay_peer *peer, size_t index)
{
    struct replay_conv *conv = state_store_make(peer->convs, index);
    conv_complete(peer, conv, index);
    const struct conversation *cap = &conv->captured;
    struct flow_key key = tuple_table_key(&peer->tuples, index, cap);
    conv_check_init(&conv->check, peer->capture, cap, &key);
    tuple_table_client_mac(&peer->tuples, cap, index, conv->client_mac);
    conv->rto_at_ps = conv->live_at_ps = TIME_NEVER;
    replay_rto_init(&conv->rto);
    while (conv->next < cap->segment_count &&
           (!(replay_next(conv)->flags & TCP_SYN) || replay_next(conv)->ignored))
        conv->next++; /* stray segments of an older connection */
    conv->syn_index = conv->una_index = conv->next;
    assert(conv->syn_index < cap->segment_count || !can_read(peer));
    return conv;
}

static struct replay_conv *conv_bring(struct replay_peer *peer, size_t index)
{
    struct replay_conv *conv = state_store_bring(peer->convs, index);
    conv_complete(peer, conv, index);
    conv->check.done = true; /* also if it could not be read */
    return conv;
}

struct replay_conv *replay_peer_conv(struct replay_peer *peer, size_t index)
{
    struct replay_conv *conv = state_store_find(peer->convs, index);
    if (conv)
        return conv;
    bool away = state_store_is_away(peer->convs, index);
    conv = away ? conv_bring(peer, index) : conv_make(peer, index);
    conv_queue_set(&peer->queue, conv->index, replay_due_ps(peer, conv), &conv->queue_at);
    return conv;
}

/* Finds out when a conversation begins. One that cannot be played is over at once. */
static bool conv_plan(struct replay_peer *peer, size_t index)
{
    struct replay_conv *conv = conv_make(peer, index);
    peer->segments_total += conv->captured.segment_count;
    peer->segments_done += conv->next;
    if (conv->syn_index == conv->captured.segment_count)
        replay_check_close(peer, conv);
    else if (conv->check.result.key.ip_version == 0)
        replay_check_refuse(peer, conv, PARTIAL_TUPLE, "no free tuple");
    if (conv->check.done) {
        conv_put_away(peer, conv);
        return true;
    }
    uint64_t due_ps = replay_due_ps(peer, conv);
    state_store_drop(peer->convs, index);
    return conv_queue_add(&peer->queue, (uint32_t)index, due_ps);
}

/* Plans all conversations that are replayable; the others are over. */
static bool plan_all(struct replay_peer *peer)
{
    peer->open_count = 0;
    for (size_t i = capture_next_replayable(peer->capture, 0); i < peer->conv_count;
         i = capture_next_replayable(peer->capture, i + 1)) {
        peer->open_count++;
        if (!conv_plan(peer, i))
            return false;
    }
    conv_queue_sort(&peer->queue);
    return true;
}

struct replay_peer *replay_peer_create(const struct replay_params *params,
                                       const struct capture *capture, struct frame_pool *pool,
                                       struct frame_sink uplink, const struct waker *waker,
                                       const struct probe *probe)
{
    struct replay_peer *peer = calloc(1, sizeof *peer);
    if (!peer)
        return NULL;
    *peer = (struct replay_peer){.params = *params,
                                 .capture = capture,
                                 .pool = pool,
                                 .uplink = uplink,
                                 .waker = waker,
                                 .probe = probe};
    peer->conv_count = capture_conversation_count(capture);
    struct tuple_params tuples = {0};
    memcpy(tuples.team_mac, params->team_mac, sizeof tuples.team_mac);
    memcpy(tuples.team_ipv4, params->team_ipv4, sizeof tuples.team_ipv4);
    memcpy(tuples.team_ipv6, params->team_ipv6, sizeof tuples.team_ipv6);
    peer->convs =
        state_store_create(peer->conv_count, sizeof(struct replay_conv), capture_spill(capture));
    if (peer->convs && tuple_table_init(&peer->tuples, &tuples, capture) && plan_all(peer))
        return peer;
    replay_peer_destroy(peer);
    return NULL;
}

void replay_peer_destroy(struct replay_peer *peer)
{
    if (!peer)
        return;
    state_store_destroy(peer->convs);
    conv_queue_free(&peer->queue);
    tuple_table_free(&peer->tuples);
    free(peer);
}

size_t replay_peer_find(const struct replay_peer *peer, const struct flow_key *key)
{
    return tuple_table_find(&peer->tuples, key);
}

struct stage replay_peer_stage(struct replay_peer *peer, const char *name)
{
    return (struct stage){.name = name, .self = peer, .run = peer_run, .next_ps = peer_next_ps};
}

struct frame_sink replay_peer_rx_sink(struct replay_peer *peer)
{
    return (struct frame_sink){.accept = peer_accept, .self = peer};
}

bool replay_peer_is_done(const struct replay_peer *peer) { return peer->open_count == 0; }

uint32_t replay_peer_progress_permille(const struct replay_peer *peer)
{
    if (peer->segments_total == 0)
        return 1000;
    return (uint32_t)(peer->segments_done * 1000 / peer->segments_total);
}

void replay_peer_finish(struct replay_peer *peer, uint64_t now_ps)
{
    for (size_t i = 0; i < peer->conv_count; i++) {
        if (!capture_is_replayable(peer->capture, i)) {
            outcome_count(&peer->stats.outcomes, capture_conversation(peer->capture, i)->partial);
            continue;
        }
        struct replay_conv *conv = replay_peer_conv(peer, i);
        replay_check_end(peer, conv, now_ps);
        if (!conv->check.done)
            replay_check_close(peer, conv);
        conv_check_judge(&conv->check, &peer->stats);
        conv_put_away(peer, conv);
    }
}

const struct conv_result *replay_peer_result(struct replay_peer *peer, size_t conversation)
{
    assert(conversation < peer->conv_count);
    const struct replay_conv *conv = state_store_find(peer->convs, conversation);
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

void replay_peer_memory(const struct replay_peer *peer, struct replay_memory *out)
{
    *out = (struct replay_memory){
        .fixed_bytes = state_store_bytes(peer->convs) + tuple_table_bytes(&peer->tuples) +
                       conv_queue_bytes(&peer->queue),
        .away_bytes = state_store_away_bytes(peer->convs),
        .states = state_store_in_memory(peer->convs),
        .states_most = state_store_in_memory_most(peer->convs),
        .state_bytes = sizeof(struct replay_conv),
    };
}

const struct replay_stats *replay_peer_stats(const struct replay_peer *peer)
{
    return &peer->stats;
}

static size_t side_find(const void *self, const struct flow_key *key)
{
    return replay_peer_find(self, key);
}

static void side_on_server_bytes(void *self, size_t conversation, uint64_t offset,
                                 const uint8_t *bytes, uint32_t len, uint64_t now_ps)
{
    replay_check_on_server_bytes(self, conversation, offset, bytes, len, now_ps);
}

static void side_on_server_end(void *self, size_t conversation, unsigned cause, uint64_t now_ps)
{
    replay_check_on_server_end(self, conversation, cause, now_ps);
}

static bool side_is_done(const void *self) { return replay_peer_is_done(self); }
static uint32_t side_progress(const void *self) { return replay_peer_progress_permille(self); }
static void side_finish(void *self, uint64_t now_ps) { replay_peer_finish(self, now_ps); }
static void side_destroy(void *self) { replay_peer_destroy(self); }
static const struct replay_stats *side_stats(const void *self) { return replay_peer_stats(self); }

static void side_memory(const void *self, struct replay_memory *out)
{
    replay_peer_memory(self, out);
}

static const struct conv_result *side_result(void *self, size_t conversation)
{
    return replay_peer_result(self, conversation);
}

struct replay_side replay_peer_side(struct replay_peer *peer)
{
    return (struct replay_side){
        .self = peer,
        .stage = replay_peer_stage(peer, "peers"),
        .rx = replay_peer_rx_sink(peer),
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
