#include "models/trace/conversation.h"

#include "models/hwif/ctx_enums.h"
#include "models/trace/script.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Who opened the conversation to whom. */
struct handshake {
    const struct raw_segment *syn[2]; /* first SYN without ACK of each endpoint */
    const struct raw_segment *syn_ack[2];
    uint8_t client;
};

static bool view_reserve(struct conv_view *view, size_t count)
{
    if (count <= view->room)
        return true;
    size_t room = count + count / 2;
    struct raw_segment **segments = realloc(view->segments, room * sizeof *segments);
    if (segments)
        view->segments = segments;
    int64_t *at = realloc(view->at, room * sizeof *at);
    if (at)
        view->at = at;
    int64_t *acked = realloc(view->acked, room * sizeof *acked);
    if (acked)
        view->acked = acked;
    if (!segments || !at || !acked)
        return false;
    view->room = room;
    return true;
}

static bool view_fill(struct conversation_builder *builder, const struct raw_conv *raw)
{
    struct raw_segment *all = builder->tracker->segments;
    struct conv_view *view = &builder->view;
    size_t count = 0;
    for (uint32_t i = raw->first; i != RAW_NONE; i = all[i].next)
        count += all[i].accepted;
    if (!view_reserve(view, count))
        return false;
    view->count = 0;
    for (uint32_t i = raw->first; i != RAW_NONE; i = all[i].next)
        if (all[i].accepted)
            view->segments[view->count++] = &all[i];
    assert(view->count == count);
    return true;
}

void conversation_builder_free(struct conversation_builder *builder)
{
    free(builder->view.segments);
    free(builder->view.at);
    free(builder->view.acked);
    builder->view = (struct conv_view){0};
}

static void handshake_find(const struct conv_view *view, const struct raw_conv *raw,
                           struct handshake *hs)
{
    *hs = (struct handshake){0};
    for (size_t i = 0; i < view->count; i++) {
        const struct raw_segment *seg = view->segments[i];
        if ((seg->flags & (TCP_SYN | TCP_RST)) != TCP_SYN)
            continue;
        const struct raw_segment **kept =
            seg->flags & TCP_ACK ? &hs->syn_ack[seg->dir] : &hs->syn[seg->dir];
        if (!*kept)
            *kept = seg;
    }
    if (hs->syn[0] || hs->syn[1])
        hs->client = hs->syn[0] ? 0 : 1;
    else if (hs->syn_ack[0] || hs->syn_ack[1])
        hs->client = hs->syn_ack[0] ? 1 : 0;
    else /* nobody was seen opening: services have the lower ports, as a rule */
        hs->client = raw->key.lport < raw->key.rport ? 1 : 0;
}

/* The SYN-ACK that answers the client's SYN (or its data, RFC 7413); null: none. */
static const struct raw_segment *syn_ack_match(const struct conv_view *view,
                                               const struct handshake *hs)
{
    const struct raw_segment *syn = hs->syn[hs->client];
    for (size_t i = 0; syn && i < view->count; i++) {
        const struct raw_segment *seg = view->segments[i];
        if (seg->dir == hs->client || (seg->flags & TCP_RST) || !(seg->flags & TCP_SYN) ||
            !(seg->flags & TCP_ACK))
            continue;
        if (seg->ack - (syn->seq + 1) <= syn->payload_len)
            return seg;
    }
    return NULL;
}

struct options {
    bool mss, ws, sack, ts;
    uint16_t mss_bytes;
    uint8_t shift;
};

/* The options were parsed once before, so their lengths are known to be sound. */
static void options_read(const struct raw_segment *seg, struct options *out)
{
    *out = (struct options){0};
    const uint8_t *p = seg->options;
    for (uint32_t at = 0; at < seg->options_len && p[at] != 0;) {
        if (p[at] == 1) {
            at++;
            continue;
        }
        if (at + 1 >= seg->options_len || p[at + 1] < 2 || at + p[at + 1] > seg->options_len)
            return;
        uint32_t len = p[at + 1];
        if (p[at] == 2 && len == 4) {
            out->mss = true;
            out->mss_bytes = (uint16_t)(p[at + 2] << 8 | p[at + 3]);
        } else if (p[at] == 3 && len == 3) {
            out->ws = true;
            out->shift = p[at + 2] > TCP_WS_MAX ? TCP_WS_MAX : p[at + 2];
        } else if (p[at] == 4 && len == 2) {
            out->sack = true;
        } else if (p[at] == 8 && len == 10) {
            out->ts = true;
        }
        at += len;
    }
}

static void server_options(const struct raw_segment *syn_ack, struct conversation *conv)
{
    struct options opt;
    options_read(syn_ack, &opt);
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

static void conv_key(const struct tracker *tracker, const struct raw_conv *raw, uint8_t client,
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

/* The reset that ended the conversation: one after an orderly end is only noise. */
static size_t reset_find(const struct conv_view *view, const struct stream streams[2])
{
    bool fin_acked[2] = {false, false};
    for (size_t i = 0; i < view->count; i++) {
        const struct raw_segment *seg = view->segments[i];
        if (seg->flags & TCP_RST)
            return fin_acked[0] && fin_acked[1] ? SIZE_MAX : i;
        const struct stream *other = &streams[!seg->dir];
        if (other->fin && view->acked[i] > (int64_t)other->len)
            fin_acked[!seg->dir] = true;
    }
    return SIZE_MAX;
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

static void conv_streams(struct conversation *conv, const struct stream *client,
                         const struct stream *server)
{
    conv->client_stream = client->bytes;
    conv->client_bytes = client->len;
    conv->client_acked = client->acked < client->len ? client->acked : client->len;
    conv->server_stream = server->bytes;
    conv->server_bytes = server->len;
    conv->server_acked = server->acked < server->len ? server->acked : server->len;
    conv->server_fin = server->fin;
    conv->snap_cut = client->cut || server->cut;
}

static bool build_replayable(struct conversation_builder *builder, const struct handshake *hs,
                             const struct raw_segment *syn_ack, struct conversation *conv)
{
    struct conv_view *view = &builder->view;
    uint8_t client = hs->client, server = (uint8_t)!client;
    view->isn[client] = conv->client_isn = hs->syn[client]->seq;
    view->isn[server] = conv->server_isn = syn_ack->seq;
    server_options(syn_ack, conv);
    stream_place(view);
    struct stream streams[2];
    for (uint8_t dir = 0; dir < 2; dir++)
        if (!stream_assemble(builder->arena, view, dir, &streams[dir]))
            return false;
    size_t reset = reset_find(view, streams);
    conv->reset = reset != SIZE_MAX;
    conv->reset_by_server = conv->reset && view->segments[reset]->dir == server;
    conv->partial = classify(conv, streams);
    conv->replayable = true;
    conv_streams(conv, &streams[client], &streams[server]);
    struct options opt;
    options_read(hs->syn[client], &opt);
    struct script_input in = {
        .arena = builder->arena,
        .view = view,
        .client = &streams[client],
        .server = &streams[server],
        .client_dir = client,
        .client_ws = opt.ws && (conv->server_features & CTX_FEATURE_WS) ? opt.shift : 0,
        .timestamps = opt.ts && (conv->server_features & CTX_FEATURE_TS),
        .mtu_bytes = builder->mtu_bytes,
        .reset = reset,
    };
    return script_client(&in, conv, &builder->split_segments) && script_applications(&in, conv);
}

bool conversation_build(struct conversation_builder *builder, const struct raw_conv *raw,
                        struct conversation *conv)
{
    *conv = (struct conversation){.partial = PARTIAL_NO_SYN};
    if (!view_fill(builder, raw))
        return false;
    const struct conv_view *view = &builder->view;
    struct handshake hs;
    handshake_find(view, raw, &hs);
    conv_key(builder->tracker, raw, hs.client, conv);
    if (view->count)
        conv->first_ps = view->segments[0]->time_ps;
    if (!hs.syn[hs.client])
        return true;
    if (hs.syn[0] && hs.syn[1]) {
        conv->partial = PARTIAL_SPLIT_HANDSHAKE;
        return true;
    }
    const struct raw_segment *syn_ack = syn_ack_match(view, &hs);
    conv->client_isn = hs.syn[hs.client]->seq;
    if (!syn_ack) {
        conv->partial = PARTIAL_NO_SYN_ACK;
        return true;
    }
    return build_replayable(builder, &hs, syn_ack, conv);
}
