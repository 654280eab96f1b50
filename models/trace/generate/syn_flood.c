#include "models/trace/generate/syn_flood.h"

#include "models/base/rng.h"
#include "models/base/units.h"
#include "models/wire/packet.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FLOOD_TTL = 64, V4_HOST_BITS = 17 };

#define V4_NET UINT32_C(0xc6120000) /* 198.18.0.0/15 */

static const uint8_t v6_net[6] = {0x20, 0x01, 0x00, 0x02, 0x00, 0x00};

/* The options that common systems send: MSS, SACK permitted, timestamps, window scale 7. */
static const uint8_t syn_options[20] = {2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0,
                                        0, 1, 0,    0,    0, 0, 1, 3,  3, 7};

struct syn_flood {
    struct syn_flood_params params;
    struct frame_pool *pool;
    struct frame_sink uplink;
    const struct waker *waker;
    struct rng rng;
    uint64_t next_ps;
    uint16_t ip_id;
    struct syn_flood_stats stats;
};

void syn_flood_params_default(struct syn_flood_params *params)
{
    *params = (struct syn_flood_params){
        .start_ps = PS_PER_MS, .interval_ps = PS_PER_US, .port = 80, .ip_version = 4, .seed = 1};
}

struct syn_flood *syn_flood_create(const struct syn_flood_params *params, struct frame_pool *pool,
                                   struct frame_sink uplink, const struct waker *waker)
{
    assert(params->interval_ps > 0 && (params->ip_version == 4 || params->ip_version == 6));
    struct syn_flood *flood = calloc(1, sizeof *flood);
    if (!flood)
        return NULL;
    flood->params = *params;
    flood->pool = pool;
    flood->uplink = uplink;
    flood->waker = waker;
    flood->next_ps = params->count ? params->start_ps : TIME_NEVER;
    rng_init(&flood->rng, params->seed, "syn_flood");
    return flood;
}

void syn_flood_destroy(struct syn_flood *flood) { free(flood); }

static void spoof(struct syn_flood *flood, struct packet_out *out)
{
    static const uint8_t mac[6] = {0x02, 0, 0, 0, 0xf1, 0x0d};
    uint64_t draw = rng_u64(&flood->rng);
    *out = (struct packet_out){.ip_version = flood->params.ip_version,
                               .ttl = FLOOD_TTL,
                               .ip_id = flood->ip_id++,
                               .sport = (uint16_t)(1024 + (draw & 0x7fff)),
                               .dport = flood->params.port,
                               .seq = (uint32_t)(draw >> 15),
                               .flags = TCP_SYN,
                               .window = UINT16_MAX,
                               .options = syn_options,
                               .options_len = sizeof syn_options};
    memcpy(out->dst_mac, flood->params.team_mac, sizeof out->dst_mac);
    memcpy(out->src_mac, mac, sizeof out->src_mac);
    memcpy(out->dst, flood->params.team_ip, sizeof out->dst);
    if (out->ip_version == 4) {
        ip_addr_from_v4(out->src, V4_NET | (uint32_t)(draw >> (64 - V4_HOST_BITS)));
        return;
    }
    memcpy(out->src, v6_net, sizeof v6_net);
    for (unsigned i = 0; i < 8; i++)
        out->src[8 + i] = (uint8_t)(rng_u64(&flood->rng) >> 56);
}

static void send_syn(struct syn_flood *flood, uint64_t now_ps)
{
    struct packet_out out;
    struct frame *frame = frame_alloc(flood->pool, now_ps);
    if (!frame)
        return; /* Without a free frame this SYN is lost. */
    spoof(flood, &out);
    frame->conversation = UINT32_MAX;
    frame->len = packet_build(frame->data, &out, 0);
    flood->stats.sent++;
    frame_sink_accept(&flood->uplink, frame, now_ps);
}

static void flood_run(void *self, uint64_t now_ps)
{
    struct syn_flood *flood = self;
    while (flood->next_ps <= now_ps) {
        send_syn(flood, now_ps);
        flood->next_ps =
            --flood->params.count == 0 ? TIME_NEVER : flood->next_ps + flood->params.interval_ps;
    }
}

static uint64_t flood_next_ps(const void *self)
{
    return ((const struct syn_flood *)self)->next_ps;
}

struct stage syn_flood_stage(struct syn_flood *flood, const char *name)
{
    return (struct stage){name, flood, flood_run, flood_next_ps};
}

void syn_flood_stop(struct syn_flood *flood) { flood->next_ps = TIME_NEVER; }

bool syn_flood_takes(struct syn_flood *flood, const struct frame *frame)
{
    struct packet packet;
    packet_parse(frame->data, frame->len, false, &packet);
    if (packet.kind != PACKET_TCP || packet.ip_version != flood->params.ip_version)
        return false;
    bool ours = packet.ip_version == 4
                    ? ip_addr_to_v4(packet.dst) >> V4_HOST_BITS == V4_NET >> V4_HOST_BITS
                    : memcmp(packet.dst, v6_net, sizeof v6_net) == 0;
    flood->stats.answers += ours;
    return ours;
}

const struct syn_flood_stats *syn_flood_get_stats(const struct syn_flood *flood)
{
    return &flood->stats;
}
