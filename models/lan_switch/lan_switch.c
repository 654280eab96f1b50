#include "models/lan_switch/lan_switch.h"

#include "models/base/rng.h"
#include "models/base/units.h"
#include "models/lan_switch/link_group.h"
#include "models/lan_switch/switch_flows.h"
#include "models/wire/packet.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { PENDING_MIN = 64 };

/* A frame between its last bit and the decision. The delay is constant, so a queue keeps the order. */
struct pending {
    struct frame *frame;
    uint64_t due_ps;
    bool to_uplink;
};

/* A table change for one connection. */
struct assignment {
    uint32_t connection;
    unsigned member;
};

struct lan_switch {
    struct lan_switch_params params;
    struct frame_sink member[LINK_GROUP_MEMBERS];
    struct frame_sink uplink;
    struct frame_pool *pool;
    struct waker waker;
    struct pending *pending; /* ring [head, tail) */
    uint64_t capacity, head, tail;
    bool is_swapped;
    struct link_group group;
    struct switch_flows flows;
    struct rng rng;
    uint64_t turn; /* counter for round robin */
    size_t table_len;
    size_t assignment_count;
    struct assignment assignments[LAN_SWITCH_ASSIGNMENTS_MAX];
    struct lan_switch_stats stats;
};

void lan_switch_params_default(struct lan_switch_params *params)
{
    *params = (struct lan_switch_params){
        .hash = FLOW_HASH_LAYER3_4,
        .policy = PORT_POLICY_HASH,
        .flip_frames = 1,
        .forward_ps = 400 * PS_PER_NS,
        .detect_ps = 10 * PS_PER_MS,
        .seed = 1,
        .queue_frames = 512,
    };
}

enum status lan_switch_params_check(const struct lan_switch_params *params, struct error *err)
{
    if (params->flip_frames < 1)
        return error_set(err, STATUS_BAD_INPUT, "flip: 0 frames; use 1 or more");
    if (params->active >= LINK_GROUP_MEMBERS)
        return error_set(err, STATUS_BAD_INPUT, "active: %u is no member; use 0 or 1",
                         params->active);
    size_t digits = strspn(params->table, "01");
    if (params->table[digits] != '\0' || digits > LAN_SWITCH_TABLE_MAX)
        return error_set(err, STATUS_BAD_INPUT, "table: '%c' is no member; use 0 or 1",
                         params->table[digits]);
    if (params->policy == PORT_POLICY_TABLE && digits == 0)
        return error_set(err, STATUS_BAD_INPUT, "table: empty; write a member per connection");
    if (params->forward_ps > PS_PER_S)
        return error_set(err, STATUS_BAD_INPUT, "switch latency: more than 1 s");
    return STATUS_OK;
}

struct lan_switch *lan_switch_create(const struct lan_switch_params *params,
                                     const struct frame_sink member[2], struct frame_sink uplink,
                                     struct frame_pool *pool, const struct waker *waker)
{
    assert(lan_switch_params_check(params, NULL) == STATUS_OK);
    assert(member[0].accept && member[1].accept && uplink.accept);
    struct lan_switch *sw = calloc(1, sizeof *sw);
    if (!sw)
        return NULL;
    sw->capacity = PENDING_MIN;
    sw->pending = malloc(sw->capacity * sizeof *sw->pending);
    if (!sw->pending || !switch_flows_init(&sw->flows)) {
        free(sw->pending);
        free(sw);
        return NULL;
    }
    sw->params = *params;
    sw->table_len = strlen(params->table);
    sw->member[0] = member[0];
    sw->member[1] = member[1];
    sw->uplink = uplink;
    sw->pool = pool;
    if (waker)
        sw->waker = *waker;
    link_group_init(&sw->group, params->detect_ps);
    rng_init(&sw->rng, params->seed, "switch");
    return sw;
}

static struct pending *pending_at(const struct lan_switch *sw, uint64_t index)
{
    return &sw->pending[index & (sw->capacity - 1)];
}

void lan_switch_destroy(struct lan_switch *sw)
{
    if (!sw)
        return;
    for (; sw->head < sw->tail; sw->head++)
        frame_free(sw->pool, pending_at(sw, sw->head)->frame);
    free(sw->pending);
    switch_flows_free(&sw->flows);
    free(sw);
}

static void drop(struct lan_switch *sw, struct frame *frame, enum drop_reason reason)
{
    drop_count(&sw->stats.drops, reason);
    frame_free(sw->pool, frame);
}

static unsigned choose_by_table(const struct lan_switch *sw, const struct flow *flow)
{
    for (size_t i = 0; i < sw->assignment_count; i++)
        if (sw->assignments[i].connection == flow->number)
            return sw->assignments[i].member;
    if (sw->table_len == 0) /* the policy was chosen later, without a table */
        return flow->first;
    return (unsigned)(sw->params.table[flow->number % sw->table_len] - '0');
}

/* Chooses a member for policies that work on connections. Frames that are not TCP, or whose connection
 * finds no room in the table, use the hash. */
static unsigned choose_by_flow(struct lan_switch *sw, const struct packet *packet)
{
    unsigned hashed = flow_hash(sw->params.hash, packet) % LINK_GROUP_MEMBERS;
    if (packet->kind != PACKET_TCP)
        return hashed;
    struct flow_key key;
    packet_flow_key(packet, &key);
    struct flow *flow = switch_flows_get(&sw->flows, &key);
    if (!flow)
        return hashed;
    if (flow->frames == 0) {
        flow->first = hashed;
        sw->stats.flows++;
    }
    uint64_t before = flow->frames++;
    if (sw->params.policy == PORT_POLICY_TABLE)
        return choose_by_table(sw, flow);
    uint32_t period = sw->params.policy == PORT_POLICY_FLIP ? sw->params.flip_frames : 1;
    return (unsigned)(flow->first + before / period) % LINK_GROUP_MEMBERS;
}

static unsigned choose(struct lan_switch *sw, const struct frame *frame)
{
    struct packet packet;
    if (frame->flags & (FRAME_TO_NIC0 | FRAME_TO_NIC1))
        return (frame->flags & FRAME_TO_NIC1) != 0;
    if (sw->params.active_backup)
        return sw->params.active;
    if (sw->params.policy == PORT_POLICY_NIC0)
        return 0;
    if (sw->params.policy == PORT_POLICY_RANDOM)
        return (unsigned)rng_below(&sw->rng, LINK_GROUP_MEMBERS);
    if (sw->params.policy == PORT_POLICY_ROUND_ROBIN)
        return (unsigned)(sw->turn++ % LINK_GROUP_MEMBERS);
    packet_parse(frame->data, frame->len, false, &packet);
    bool hashed =
        sw->params.policy == PORT_POLICY_HASH || sw->params.policy == PORT_POLICY_CAPTURED;
    unsigned chosen = hashed ? flow_hash(sw->params.hash, &packet) % LINK_GROUP_MEMBERS
                             : choose_by_flow(sw, &packet);
    return chosen ^ sw->is_swapped;
}

static void forward(struct lan_switch *sw, struct frame *frame, bool to_uplink, uint64_t now_ps)
{
    if (to_uplink) {
        sw->stats.to_uplink++;
        frame_sink_accept(&sw->uplink, frame, now_ps);
        return;
    }
    int member = link_group_pick(&sw->group, choose(sw, frame), now_ps);
    if (member == LINK_GROUP_NONE) {
        drop(sw, frame, DROP_NO_MEMBER);
        return;
    }
    sw->stats.to_member[member]++;
    frame_sink_accept(&sw->member[member], frame, now_ps);
}

static bool grow(struct lan_switch *sw)
{
    uint64_t capacity = sw->capacity * 2;
    struct pending *pending = malloc(capacity * sizeof *pending);
    if (!pending)
        return false;
    for (uint64_t i = sw->head; i < sw->tail; i++)
        pending[i & (capacity - 1)] = *pending_at(sw, i);
    free(sw->pending);
    sw->pending = pending;
    sw->capacity = capacity;
    return true;
}

static bool is_reserved(const struct frame *frame)
{
    static const uint8_t block[5] = {0x01, 0x80, 0xc2, 0x00, 0x00};
    return memcmp(frame->data, block, sizeof block) == 0 && frame->data[5] <= 0x0f;
}

/* Queues a frame for the decision. The line rates limit how many can be pending, so the ring grows up to
 * that size. */
static void take(struct lan_switch *sw, struct frame *frame, bool to_uplink, uint64_t now_ps)
{
    if (is_reserved(frame)) {
        drop(sw, frame, DROP_MAC_CONTROL);
        return;
    }
    if (sw->params.forward_ps == 0) {
        forward(sw, frame, to_uplink, now_ps);
        return;
    }
    if (sw->tail - sw->head == sw->capacity && !grow(sw)) {
        drop(sw, frame, DROP_NO_RESOURCE);
        return;
    }
    uint64_t due_ps = now_ps + sw->params.forward_ps;
    assert(sw->head == sw->tail || pending_at(sw, sw->tail - 1)->due_ps <= due_ps);
    *pending_at(sw, sw->tail++) = (struct pending){frame, due_ps, to_uplink};
    if (sw->tail - sw->head == 1)
        waker_wake(&sw->waker, due_ps);
}

static void on_uplink_frame(void *self, struct frame *frame, uint64_t now_ps)
{
    take(self, frame, false, now_ps);
}

static void on_member_frame(void *self, struct frame *frame, uint64_t now_ps)
{
    take(self, frame, true, now_ps);
}

struct frame_sink lan_switch_uplink_sink(struct lan_switch *sw)
{
    return (struct frame_sink){on_uplink_frame, sw};
}

struct frame_sink lan_switch_member_sink(struct lan_switch *sw, unsigned member)
{
    assert(member < LINK_GROUP_MEMBERS);
    return (struct frame_sink){on_member_frame, sw};
}

static void lan_switch_run(void *self, uint64_t now_ps)
{
    struct lan_switch *sw = self;
    while (sw->head < sw->tail && pending_at(sw, sw->head)->due_ps <= now_ps) {
        struct pending next = *pending_at(sw, sw->head++);
        forward(sw, next.frame, next.to_uplink, now_ps);
    }
}

static uint64_t lan_switch_next_ps(const void *self)
{
    const struct lan_switch *sw = self;
    return sw->head < sw->tail ? pending_at(sw, sw->head)->due_ps : TIME_NEVER;
}

struct stage lan_switch_stage(struct lan_switch *sw, const char *name)
{
    return (struct stage){name, sw, lan_switch_run, lan_switch_next_ps};
}

void lan_switch_swap(struct lan_switch *sw, uint64_t now_ps)
{
    lan_switch_run(sw, now_ps);
    sw->is_swapped = !sw->is_swapped;
    sw->stats.rehashes++;
}

void lan_switch_set_hash(struct lan_switch *sw, enum flow_hash_policy hash, uint64_t now_ps)
{
    lan_switch_run(sw, now_ps);
    if (sw->params.hash != hash)
        sw->stats.rehashes++;
    sw->params.hash = hash;
}

void lan_switch_set_policy(struct lan_switch *sw, enum port_policy policy, uint32_t flip_frames,
                           uint64_t now_ps)
{
    assert(flip_frames >= 1);
    lan_switch_run(sw, now_ps);
    sw->params.policy = policy;
    sw->params.flip_frames = flip_frames;
}

void lan_switch_assign(struct lan_switch *sw, uint32_t connection, unsigned member, uint64_t now_ps)
{
    assert(member < LINK_GROUP_MEMBERS);
    lan_switch_run(sw, now_ps);
    size_t i = 0;
    while (i < sw->assignment_count && sw->assignments[i].connection != connection)
        i++;
    assert(i < LAN_SWITCH_ASSIGNMENTS_MAX);
    sw->assignments[i] = (struct assignment){connection, member};
    if (i == sw->assignment_count)
        sw->assignment_count++;
    sw->stats.rehashes++;
}

void lan_switch_set_member_up(struct lan_switch *sw, unsigned member, bool up, uint64_t now_ps)
{
    lan_switch_run(sw, now_ps);
    link_group_set_up(&sw->group, member, up, now_ps);
}

void lan_switch_set_member_bundled(struct lan_switch *sw, unsigned member, bool bundled,
                                   uint64_t now_ps)
{
    lan_switch_run(sw, now_ps);
    link_group_set_bundled(&sw->group, member, bundled);
}

void lan_switch_set_active(struct lan_switch *sw, unsigned member, uint64_t now_ps)
{
    assert(member < LINK_GROUP_MEMBERS);
    lan_switch_run(sw, now_ps);
    sw->params.active = member;
}

const struct lan_switch_stats *lan_switch_get_stats(const struct lan_switch *sw)
{
    return &sw->stats;
}
