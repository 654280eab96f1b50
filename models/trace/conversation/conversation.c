#include "models/trace/conversation/conversation.h"

#include "models/hwif/ctx_enums.h"
#include "models/trace/conversation/segment/syn_options.h"
#include "models/trace/replay/script/script.h"
#include "models/trace/replay/script/script_steps.h"

#include <assert.h>
#include <string.h>

void conversation_builder_free(struct conversation_builder *builder)
{
    view_window_destroy(builder->window);
    builder->view = (struct conv_view){0};
}

/* Guesses which endpoint is the client of a conversation that began before the capture. */
static uint8_t client_guess(struct conv_view *view, const struct raw_tuple *tuple)
{
    for (size_t i = 0; i < view->count; i++)
        if (segment_is_syn_ack(view_get(view, i)))
            return !view_get(view, i)->dir;
    return tuple->key.lport < tuple->key.rport ? 1 : 0; /* Servers usually have the lower port. */
}

static void server_options(const struct conv_view *view, const struct raw_segment *syn_ack,
                           struct conversation *conv)
{
    struct syn_options opt;
    view_syn_options(view, syn_ack, &opt);
    unsigned features = 0;
    features |= opt.mss ? CTX_FEATURE_MSS : 0u;
    features |= opt.ws ? CTX_FEATURE_WS : 0u;
    features |= opt.sack ? CTX_FEATURE_SACK : 0u;
    features |= opt.ts ? CTX_FEATURE_TS : 0u;
    /* RFC 3168 6.1.1: an ECN-setup SYN-ACK has ECE set and CWR clear. */
    if ((syn_ack->flags & (TCP_ECE | TCP_CWR)) == TCP_ECE)
        features |= CTX_FEATURE_ECN;
    conv->server_features = (uint8_t)features;
    conv->server_mss = opt.mss_bytes;
    conv->server_ws = opt.shift;
}

static void conv_key(const struct tracker *tracker, const struct raw_tuple *raw, uint8_t client,
                     struct conversation *conv)
{
    conv->key = client == 0 ? flow_key_reversed(&raw->key) : raw->key;
    conv->key.vlan = tracker->vlans.stacks[raw->key.vlan].vid;
    memcpy(conv->client_mac, raw->mac[client], 6);
}

/* Returns true if acknowledged bytes are missing from the capture, or an orderly end has a hole before the FIN. */
static bool is_missing(const struct stream *stream, bool orderly)
{
    if (stream->acked > stream->len + (stream->fin ? 1 : 0))
        return true;
    return orderly && stream->gap;
}

static enum outcome classify(const struct conversation *conv, const struct stream streams[2])
{
    bool fins = streams[0].fin_seen && streams[1].fin_seen;
    if (!fins && !conv->reset)
        return PARTIAL_NO_END;
    bool orderly = fins && !conv->reset;
    if (is_missing(&streams[0], orderly) || is_missing(&streams[1], orderly))
        return PARTIAL_MISSING_BYTES;
    if (orderly && (!streams[0].fin || !streams[1].fin))
        return PARTIAL_MISSING_BYTES;
    if (streams[0].conflict || streams[1].conflict)
        return PARTIAL_CONFLICT;
    return PARTIAL_NONE;
}

static struct stream_place place_of(const struct stream *stream)
{
    const struct stream_map *map = &stream->map;
    return (struct stream_place){.ranges_at = map->list.blocks_at,
                                 .range_count = map->list.count,
                                 .patches_at = map->patches.blocks_at,
                                 .patch_count = map->patches.count};
}

static void conv_streams(struct conversation *conv, const struct stream *client,
                         const struct stream *server)
{
    conv->streams[CAPTURE_CLIENT] = place_of(client);
    conv->streams[CAPTURE_SERVER] = place_of(server);
    conv->client_bytes = client->len;
    conv->client_acked = client->acked < client->len ? client->acked : client->len;
    conv->server_bytes = server->len;
    conv->server_acked = server->acked < server->len ? server->acked : server->len;
    conv->server_fin = server->fin;
    conv->snap_cut = client->cut || server->cut;
}

static bool build_replayable(struct conversation_builder *builder, struct conv_view *view,
                             const struct acceptance *judged, struct conversation *conv)
{
    const struct opening *opening = &judged->opening;
    const struct raw_segment *syn_ack = view_get(view, opening->syn_ack);
    uint8_t client = opening->client, server = (uint8_t)!client;
    conv->client_isn = view_get(view, opening->syn)->seq;
    conv->server_isn = syn_ack->seq;
    server_options(view, syn_ack, conv);
    struct stream streams[2];
    for (uint8_t dir = 0; dir < 2; dir++)
        if (!stream_assemble(builder->store, view, dir, dir == client, &streams[dir]))
            return false;
    conv->reset = judged->reset != NOT_THERE;
    conv->reset_by_server = conv->reset && view_get(view, judged->reset)->dir == server;
    conv->partial = classify(conv, streams);
    conv->replayable = true;
    conv_streams(conv, &streams[client], &streams[server]);
    struct syn_options opt;
    view_syn_options(view, view_get(view, opening->syn), &opt);
    struct script_input in = {
        .store = builder->store,
        .view = view,
        .client = &streams[client],
        .server = &streams[server],
        .client_dir = client,
        .client_ws = opt.ws && (conv->server_features & CTX_FEATURE_WS) ? opt.shift : 0,
        .timestamps = opt.ts && (conv->server_features & CTX_FEATURE_TS),
        .mtu_bytes = builder->mtu_bytes,
        .reset = judged->reset,
    };
    for (size_t i = 0; i < view->count; i++) {
        const struct raw_segment *seg = view_get(view, i);
        builder->ignored_segments += seg->ignored;
        if (seg->dir == client) /* Only frames of the peers arrive at a NIC. */
            builder->ports->of[seg->interface].carries_peers = true;
    }
    view_pass(view);
    return script_client(&in, conv, &builder->split_segments) && script_applications(&in, conv);
}

static bool build(struct conversation_builder *builder, const struct raw_tuple *tuple,
                  struct conv_view *view, const struct acceptance *judged,
                  struct conversation *conv)
{
    const struct opening *opening = &judged->opening;
    bool opened = opening->syn != NOT_THERE;
    *conv = (struct conversation){.partial = PARTIAL_NO_SYN};
    conv->first_ps = view_get(view, 0)->time_ps;
    conv_key(builder->tracker, tuple, opened ? opening->client : client_guess(view, tuple), conv);
    if (!opened)
        return true;
    conv->client_isn = view_get(view, opening->syn)->seq;
    conv->partial = judged->both_syn ? PARTIAL_SPLIT_HANDSHAKE : PARTIAL_NO_SYN_ACK;
    if (judged->both_syn || opening->syn_ack == NOT_THERE)
        return true;
    return build_replayable(builder, view, judged, conv);
}

static bool build_one(struct conversation_builder *builder, const struct raw_tuple *tuple,
                      struct conv_view *view)
{
    struct acceptance judged;
    struct conversation conv;
    if (!acceptance_judge(view, &judged))
        return false;
    assert(judged.count > 0);
    view->count = judged.count;
    view_pass(view);
    uint32_t begin = view_get(view, 0)->index;
    if (!build(builder, tuple, view, &judged, &conv) ||
        !conv_list_add(builder->built, begin, &conv))
        return false;
    if (conv.replayable)
        builder->used_segments += view->count;
    else
        builder->unused_segments += view->count;
    view_done(view);
    return true;
}

bool conversation_build_tuple(struct conversation_builder *builder, const struct raw_tuple *tuple)
{
    struct conv_view *view = &builder->view;
    if (!view_open(builder->window, tuple, view))
        return false;
    for (size_t from = 0; from < view->count;) {
        struct conv_view part = view_behind(view, from);
        if (!build_one(builder, tuple, &part))
            return false;
        from += part.count;
    }
    return !view_has_failed(view);
}
