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
#include <stdlib.h>
#include <string.h>

enum { RUN_LIMIT = 1 << 20 }; /* events at one time; more of them mean an endless loop */

static bool heap_is_before(const struct replay_peer *peer, uint32_t a, uint32_t b)
{
    uint64_t x = peer->convs[a].due_ps, y = peer->convs[b].due_ps;
    return x != y ? x < y : a < b;
}

static void heap_put(struct replay_peer *peer, size_t at, uint32_t conv)
{
    peer->heap[at] = conv;
    peer->convs[conv].heap_at = at;
}

/* Restores the order after due_ps of the conversation at `at` has changed. */
static void heap_move(struct replay_peer *peer, size_t at)
{
    uint32_t conv = peer->heap[at];
    while (at > 0 && heap_is_before(peer, conv, peer->heap[(at - 1) / 2])) {
        heap_put(peer, at, peer->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= peer->heap_count)
            break;
        if (child + 1 < peer->heap_count &&
            heap_is_before(peer, peer->heap[child + 1], peer->heap[child]))
            child++;
        if (!heap_is_before(peer, peer->heap[child], conv))
            break;
        heap_put(peer, at, peer->heap[child]);
        at = child;
    }
    heap_put(peer, at, conv);
}

static uint64_t peer_next_ps(const void *self)
{
    const struct replay_peer *peer = self;
    if (peer->heap_count == 0)
        return TIME_NEVER;
    uint64_t due = peer->convs[peer->heap[0]].due_ps;
    return due == TIME_NEVER ? due : u64_max(due, peer->uplink_free_ps);
}

void replay_peer_touch(struct replay_peer *peer, struct replay_conv *conv, uint64_t now_ps)
{
    conv->touched_ps = now_ps;
    replay_check_end(peer, conv, now_ps);
    replay_due_arm_ack(peer, conv);
    conv->due_ps = replay_due_ps(peer, conv);
    heap_move(peer, conv->heap_at);
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
        conv_act(peer, &peer->convs[peer->heap[0]], now_ps);
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
        replay_rx_segment(peer, &peer->convs[index], &packet.seg, now_ps);
        replay_peer_touch(peer, &peer->convs[index], now_ps);
    }
    frame_free(peer->pool, frame);
}

/* Returns false after the disk has failed to read or write data of the capture. Its segments then read as zero, and the
 * run ends with an error at its next check. */
static bool can_read(const struct replay_peer *peer)
{
    return capture_trouble(peer->capture, NULL) == STATUS_OK;
}

static void conv_init(struct replay_peer *peer, size_t index)
{
    struct replay_conv *conv = &peer->convs[index];
    const struct conversation *cap = capture_conversation(peer->capture, index);
    conv_check_init(&conv->check, peer->capture, cap, &peer->tuples.keys[index]);
    tuple_table_client_mac(&peer->tuples, cap, index, conv->client_mac);
    conv->index = (uint32_t)index;
    conv->rto_at_ps = conv->live_at_ps = TIME_NEVER;
    replay_rto_init(&conv->rto);
    peer->segments_total += cap->segment_count;
    while (conv->next < cap->segment_count &&
           (!(replay_next(conv)->flags & TCP_SYN) || replay_next(conv)->ignored))
        conv->next++; /* stray segments of an older connection */
    peer->segments_done += conv->next;
    conv->syn_index = conv->una_index = conv->next;
    assert(!cap->replayable || conv->syn_index < cap->segment_count || !can_read(peer));
}

static void conv_start(struct replay_peer *peer, struct replay_conv *conv)
{
    if (!conv->check.cap->replayable || conv->syn_index == conv->check.cap->segment_count)
        replay_check_close(peer, conv);
    else if (conv->check.result.key.ip_version == 0)
        replay_check_refuse(peer, conv, PARTIAL_TUPLE, "no free tuple");
    conv->due_ps = replay_due_ps(peer, conv);
    heap_put(peer, peer->heap_count, conv->index);
    heap_move(peer, peer->heap_count++);
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
    peer->conv_count = peer->open_count = capture_conversation_count(capture);
    struct tuple_params tuples = {0};
    memcpy(tuples.team_mac, params->team_mac, sizeof tuples.team_mac);
    memcpy(tuples.team_ipv4, params->team_ipv4, sizeof tuples.team_ipv4);
    memcpy(tuples.team_ipv6, params->team_ipv6, sizeof tuples.team_ipv6);
    peer->convs = calloc(peer->conv_count + 1, sizeof *peer->convs);
    peer->heap = calloc(peer->conv_count + 1, sizeof *peer->heap);
    bool ok = peer->convs && peer->heap && tuple_table_init(&peer->tuples, &tuples, capture);
    for (size_t i = 0; ok && i < peer->conv_count; i++)
        conv_init(peer, i);
    if (!ok) {
        replay_peer_destroy(peer);
        return NULL;
    }
    for (size_t i = 0; i < peer->conv_count; i++)
        conv_start(peer, &peer->convs[i]);
    return peer;
}

void replay_peer_destroy(struct replay_peer *peer)
{
    if (!peer)
        return;
    free(peer->convs);
    free(peer->heap);
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
        struct replay_conv *conv = &peer->convs[i];
        replay_check_end(peer, conv, now_ps);
        if (!conv->check.done)
            replay_check_close(peer, conv);
        conv_check_judge(&conv->check, &peer->stats);
    }
}

const struct conv_result *replay_peer_result(const struct replay_peer *peer, size_t conversation)
{
    assert(conversation < peer->conv_count);
    return &peer->convs[conversation].check.result;
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

static const struct conv_result *side_result(const void *self, size_t conversation)
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
        .destroy = side_destroy,
    };
}
