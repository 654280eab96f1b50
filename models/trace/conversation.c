#include "models/trace/conversation.h"

#include "models/hwif/ctx_enums.h"
#include "models/trace/array.h"
#include "models/trace/script.h"
#include "models/trace/syn_options.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static bool view_reserve(struct conv_view *view, size_t count)
{
    if (count <= view->room)
        return true;
    size_t room = count + count / 2;
    struct raw_segment *loaded = realloc(view->loaded, room * sizeof *loaded);
    if (loaded)
        view->loaded = loaded;
    struct raw_segment **segments = realloc(view->segments, room * sizeof *segments);
    if (segments)
        view->segments = segments;
    int64_t *at = realloc(view->at, room * sizeof *at);
    if (at)
        view->at = at;
    int64_t *acked = realloc(view->acked, room * sizeof *acked);
    if (acked)
        view->acked = acked;
    if (!loaded || !segments || !at || !acked)
        return false;
    view->room = room;
    return true;
}

/* The options of a SYN decide about the connection; those of other segments are only sent. */
static bool load_options(const struct conversation_builder *builder, struct raw_segment *segment)
{
    segment->options = NULL;
    if (!(segment->flags & TCP_SYN))
        return true;
    uint8_t *options = arena_alloc(builder->arena, segment->options_len);
    segment->options = options;
    return options && payload_read(builder->store, segment->payload_at - segment->options_len,
                                   options, segment->options_len);
}

static bool view_fill(struct conversation_builder *builder, const struct raw_tuple *raw)
{
    struct conv_view *view = &builder->view;
    if (!view_reserve(view, (size_t)raw->count[0] + raw->count[1]))
        return false;
    view->count = 0;
    for (uint32_t i = raw->first; i != RAW_NONE;) {
        struct raw_segment *segment = &view->loaded[view->count];
        if (!tracker_get(builder->tracker, i, segment))
            return false;
        i = segment->next;
        if (!segment->accepted)
            continue;
        if (!load_options(builder, segment))
            return false;
        view->segments[view->count++] = segment;
    }
    return true;
}

void conversation_builder_free(struct conversation_builder *builder)
{
    free(builder->view.segments);
    free(builder->view.loaded);
    free(builder->view.at);
    free(builder->view.acked);
    free(builder->view.resets);
    free(builder->built);
    builder->view = (struct conv_view){0};
}

/* Who is the client of a conversation that begins before the capture? */
static uint8_t client_guess(const struct conv_view *view, const struct raw_tuple *tuple)
{
    for (size_t i = 0; i < view->count; i++)
        if (segment_is_syn_ack(view->segments[i]))
            return !view->segments[i]->dir;
    return tuple->key.lport < tuple->key.rport ? 1 : 0; /* services have the lower ports */
}

static void server_options(const struct raw_segment *syn_ack, struct conversation *conv)
{
    struct syn_options opt;
    syn_options_read(syn_ack, &opt);
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
    conv->key = raw->key;
    if (client == 0) {
        memcpy(conv->key.laddr, raw->key.raddr, sizeof conv->key.laddr);
        memcpy(conv->key.raddr, raw->key.laddr, sizeof conv->key.raddr);
        conv->key.lport = raw->key.rport;
        conv->key.rport = raw->key.lport;
    }
    conv->key.vlan = tracker->vlans.stacks[raw->key.vlan].vid;
    memcpy(conv->client_mac, raw->mac[client], 6);
}

/* Bytes that were acknowledged but are not in the capture, or the way to the FIN has a hole. */
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

static bool conv_streams(struct arena *arena, struct conversation *conv,
                         const struct stream *client, const struct stream *server)
{
    struct stream_map *maps = arena_alloc(arena, 2 * sizeof *maps);
    if (!maps)
        return false;
    maps[CAPTURE_CLIENT] = client->map;
    maps[CAPTURE_CLIENT].first = conv->client_isn + 1;
    maps[CAPTURE_SERVER] = server->map;
    maps[CAPTURE_SERVER].first = conv->server_isn + 1;
    conv->streams = maps;
    conv->client_bytes = client->len;
    conv->client_acked = client->acked < client->len ? client->acked : client->len;
    conv->server_bytes = server->len;
    conv->server_acked = server->acked < server->len ? server->acked : server->len;
    conv->server_fin = server->fin;
    conv->snap_cut = client->cut || server->cut;
    return true;
}

static bool build_replayable(struct conversation_builder *builder, struct conv_view *view,
                             const struct acceptance *judged, struct conversation *conv)
{
    const struct opening *opening = &judged->opening;
    const struct raw_segment *syn = view->segments[opening->syn];
    const struct raw_segment *syn_ack = view->segments[opening->syn_ack];
    uint8_t client = opening->client, server = (uint8_t)!client;
    conv->client_isn = syn->seq;
    conv->server_isn = syn_ack->seq;
    server_options(syn_ack, conv);
    struct stream streams[2];
    for (uint8_t dir = 0; dir < 2; dir++)
        if (!stream_assemble(builder->arena, builder->store, view, dir, &streams[dir]))
            return false;
    conv->reset = judged->reset != NOT_THERE;
    conv->reset_by_server = conv->reset && view->segments[judged->reset]->dir == server;
    conv->partial = classify(conv, streams);
    conv->replayable = true;
    if (!conv_streams(builder->arena, conv, &streams[client], &streams[server]))
        return false;
    struct syn_options opt;
    syn_options_read(syn, &opt);
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
        const struct raw_segment *seg = view->segments[i];
        builder->ignored_segments += seg->ignored;
        if (seg->dir == client) /* only what the peers sent arrives at a NIC */
            builder->ports->of[seg->interface].carries_peers = true;
    }
    bool ok = script_client(&in, conv, &builder->split_segments) && script_applications(&in, conv);
    for (int side = 0; side < 2; side++)
        ok = stream_map_keep(&conv->streams[side], builder->store->kept) && ok;
    return ok;
}

static bool build(struct conversation_builder *builder, const struct raw_tuple *tuple,
                  struct conv_view *view, const struct acceptance *judged,
                  struct conversation *conv)
{
    const struct opening *opening = &judged->opening;
    bool opened = opening->syn != NOT_THERE;
    *conv = (struct conversation){.partial = PARTIAL_NO_SYN};
    conv->first_ps = view->segments[0]->time_ps;
    conv_key(builder->tracker, tuple, opened ? opening->client : client_guess(view, tuple), conv);
    if (!opened)
        return true;
    conv->client_isn = view->segments[opening->syn]->seq;
    conv->partial = judged->both_syn ? PARTIAL_SPLIT_HANDSHAKE : PARTIAL_NO_SYN_ACK;
    if (judged->both_syn || opening->syn_ack == NOT_THERE)
        return true;
    return build_replayable(builder, view, judged, conv);
}

/* The segments of one conversation, a part of the tuple's. */
static struct conv_view view_part(const struct conv_view *view, size_t from)
{
    struct conv_view part = *view;
    part.segments += from;
    part.at += from;
    part.acked += from;
    part.count -= from;
    return part;
}

bool conversation_build_tuple(struct conversation_builder *builder, const struct raw_tuple *tuple)
{
    if (!view_fill(builder, tuple))
        return false;
    size_t count = builder->view.count;
    for (size_t from = 0; from < count;) {
        struct conv_view part = view_part(&builder->view, from);
        struct acceptance judged;
        bool ok = acceptance_judge(&part, &judged);
        builder->view.resets = part.resets; /* may have grown */
        builder->view.reset_room = part.reset_room;
        struct built_conversation *built = ok ? array_grow(builder->built, builder->built_count,
                                                           &builder->built_room, sizeof *built)
                                              : NULL;
        if (!built)
            return false;
        builder->built = built;
        built += builder->built_count++;
        assert(judged.count > 0);
        part.count = judged.count;
        built->begin = part.segments[0]->index;
        if (!build(builder, tuple, &part, &judged, &built->conv))
            return false;
        if (built->conv.replayable)
            builder->used_segments += part.count;
        else
            builder->unused_segments += part.count;
        from += judged.count;
    }
    return true;
}
