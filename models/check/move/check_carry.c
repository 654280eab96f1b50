#include "models/check/move/check_carry.h"

#include "models/base/units.h"
#include "models/check/check_state.h"
#include "models/check/tcp/check_step.h"
#include "models/hwif/conn_ctx_fields.h"

#include <assert.h>
#include <string.h>

/* The allowed changes of a field. It is EQUAL unless the table says otherwise, so a new field is compared. */
enum rule {
    RULE_EQUAL,
    RULE_PLACE,    /* depends on where the connection is; other invariants judge it */
    RULE_DEADLINE, /* may be later by at most the time between, and never earlier */
    RULE_DEADLINE_MS,
    RULE_STAMP, /* time of a past event; may be later by at most the time between */
    RULE_STAMP_MS,
    RULE_STAMP_64MS,
    RULE_HEARD, /* when a frame came last; a NIC with a clock of its own stores the time of its image instead */
    RULE_FLAGS,
    RULE_WRITTEN, /* may include writes and reads of the application meanwhile */
    RULE_READ,
};

#define AT(field) [offsetof(struct conn_ctx, field)]
static const uint8_t rule_at[CTX_BYTES] = {
    AT(own_state) = RULE_PLACE,
    AT(owner) = RULE_PLACE,
    AT(generation) = RULE_PLACE,
    AT(move_count) = RULE_PLACE,
    AT(move_reason) = RULE_PLACE,
    AT(rx_if) = RULE_PLACE,
    AT(tx_if) = RULE_PLACE,
    AT(crc) = RULE_PLACE,
    AT(flags) = RULE_FLAGS,
    AT(tx_prod) = RULE_WRITTEN,
    AT(rx_consumed) = RULE_READ,
    AT(rexmt_deadline) = RULE_DEADLINE,
    AT(delack_deadline) = RULE_DEADLINE,
    AT(wait_deadline) = RULE_DEADLINE,
    AT(keepalive_deadline) = RULE_DEADLINE_MS,
    AT(ts_recent_age) = RULE_STAMP_MS,
    AT(rtt_start) = RULE_STAMP,
    AT(last_send) = RULE_STAMP,
    AT(last_rx) = RULE_HEARD,
    AT(challenge_start) = RULE_STAMP_64MS,
    AT(cc_private_0) = RULE_STAMP, /* CUBIC: start of its epoch; NewReno: 0 */
};
#undef AT

struct field {
    const char *name;
    uint16_t at;
    uint8_t bytes, entries;
};

static const struct field fields[] = {
#define X(field, entries)                                                                          \
    {#field, offsetof(struct conn_ctx, field), sizeof(((struct conn_ctx *)0)->field), entries},
    CONN_CTX_FIELDS(X)
#undef X
};

static uint32_t value_at(const struct conn_ctx *ctx, const struct field *field)
{
    uint32_t value = 0;
    memcpy(&value, (const uint8_t *)ctx + field->at, field->bytes < 4 ? field->bytes : 4);
    return value;
}

static bool timer_runs(const struct conn_ctx *ctx, uint16_t at)
{
    unsigned bit = CTX_TIMER_WAIT;
    if (at == offsetof(struct conn_ctx, rexmt_deadline))
        bit = CTX_TIMER_REXMT | CTX_TIMER_PERSIST;
    else if (at == offsetof(struct conn_ctx, delack_deadline))
        bit = CTX_TIMER_DELACK;
    else if (at == offsetof(struct conn_ctx, keepalive_deadline))
        bit = CTX_TIMER_KEEPALIVE;
    return (ctx->timers & bit) != 0;
}

/* The time from when the old place stopped until the new one goes on, and what their clocks may differ. */
struct away {
    uint64_t from_ps, to_ps, error_ps;
};

/* Returns true if a deadline is kept. If it had passed when the connection stopped, it expires when the
 * connection continues. */
static bool deadline_is_kept(uint32_t before, uint32_t after, const struct away *away,
                             uint64_t tick_ps)
{
    uint32_t stopped = (uint32_t)(away->from_ps / tick_ps);
    uint32_t base = seq_before(before, stopped) ? stopped : before;
    int64_t error = (int64_t)ceil_div(away->error_ps, tick_ps);
    int64_t latest = (int64_t)((away->to_ps - away->from_ps) / tick_ps) + 2 + error;
    return (int32_t)(after - before) >= -1 - error && (int32_t)(after - base) <= latest;
}

static bool stamp_is_kept(int32_t moved, const struct away *away, uint64_t tick_ps)
{
    int64_t error = (int64_t)ceil_div(away->error_ps, tick_ps);
    return moved >= -error &&
           moved <= (int64_t)((away->to_ps - away->from_ps) / tick_ps) + 2 + error;
}

/* Returns true if the time is that of the last frame, or a later one that is not ahead. */
static bool heard_is_kept(uint32_t before, uint32_t after, const struct away *away)
{
    int64_t error = (int64_t)ceil_div(away->error_ps, PS_PER_US);
    int32_t ahead = (int32_t)(after - us_ticks(away->to_ps));
    return after == before || (error > 0 && seq_before(before, after) && ahead <= error);
}

static bool is_not_carried(const struct check_carry *carry, const char *field)
{
    for (const char *const *name = carry->not_carried; name && *name; name++)
        if (strcmp(*name, field) == 0)
            return true;
    return false;
}

static bool flags_are_kept(const struct check_conn *c, const struct conn_ctx *after)
{
    const struct conn_ctx *before = &c->carry.live;
    uint32_t may_set = CTX_FLAG_ACK_NOW | CTX_FLAG_FIN_QUEUED, may_clear = 0;
    if (!seq_before(after->rx_consumed, before->rcv_up))
        may_clear |= CTX_FLAG_URGENT;
    if (is_not_carried(&c->carry, "rtt_seq"))
        may_clear |=
            CTX_FLAG_RTT_TIMING | CTX_FLAG_OOO_FIN | CTX_FLAG_BLIND_RECOVERY | CTX_FLAG_SACK_FULL;
    uint32_t set = after->flags & ~before->flags, cleared = before->flags & ~after->flags;
    return (set & ~may_set) == 0 && (cleared & ~may_clear) == 0;
}

/* Returns true for a value in [low, high]. The new place knows at least what the application had done when
 * the old one was extracted, unless it is told later. */
static bool is_between(uint32_t low, uint32_t value, uint32_t high)
{
    return !seq_before(value, low) && !seq_before(high, value);
}

static bool written_is_kept(const struct check_carry *m, uint32_t before, uint32_t after,
                            bool later)
{
    if (!m->tx_known)
        return before == after;
    bool closed = (m->live.flags & CTX_FLAG_FIN_QUEUED) != 0;
    uint32_t low = later || closed ? before : m->tx_at_leave;
    return is_between(low, after, m->tx_written);
}

static bool read_is_kept(const struct check_conn *c, uint32_t before, uint32_t after, bool later)
{
    const struct check_carry *m = &c->carry;
    if (!m->read_known || m->live.tcp_state < TCP_ESTABLISHED)
        return before == after;
    return is_between(later ? before : m->read_at_leave, after,
                      c->irs + 1 + (uint32_t)c->app_offset);
}

static bool is_kept(const struct check_conn *c, const struct conn_ctx *after,
                    const struct field *field, const struct away *away, bool later)
{
    const struct check_carry *m = &c->carry;
    uint32_t was = value_at(&m->live, field), is = value_at(after, field);
    switch ((enum rule)rule_at[field->at]) {
    case RULE_EQUAL:
        break;
    case RULE_PLACE:
        return true;
    case RULE_DEADLINE:
        return !timer_runs(&m->live, field->at) || deadline_is_kept(was, is, away, PS_PER_US);
    case RULE_DEADLINE_MS:
        return !timer_runs(&m->live, field->at) || deadline_is_kept(was, is, away, PS_PER_MS);
    case RULE_STAMP:
        return stamp_is_kept((int32_t)(is - was), away, PS_PER_US);
    case RULE_STAMP_MS:
        return stamp_is_kept((int32_t)(is - was), away, PS_PER_MS);
    case RULE_STAMP_64MS:
        return stamp_is_kept((int16_t)(is - was), away, 64 * PS_PER_MS);
    case RULE_HEARD:
        return heard_is_kept(was, is, away);
    case RULE_FLAGS:
        return flags_are_kept(c, after);
    case RULE_WRITTEN:
        return written_is_kept(m, was, is, later);
    case RULE_READ:
        return read_is_kept(c, was, is, later);
    }
    return memcmp((const uint8_t *)&m->live + field->at, (const uint8_t *)after + field->at,
                  field->bytes) == 0;
}

static const struct field *field_named(const char *name)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
    return NULL;
}

void check_carry_forgive(const struct check_carry *carry, const struct conn_ctx *before,
                         struct conn_ctx *after)
{
    for (const char *const *name = carry->not_carried; name && *name; name++) {
        const struct field *field = field_named(*name);
        assert(field && "a mechanism names a field that the context does not have");
        memcpy((uint8_t *)after + field->at, (const uint8_t *)before + field->at, field->bytes);
    }
}

/* Returns true if the new place learns later what the application has done since the old one stopped: the host's own TCP in
 * the next step, and a NIC that was granted the generation by doorbells, because the grant is older than the image. */
static bool is_told_later(const struct check_conn *c, const struct probe_event *event)
{
    bool granted = c->here_ps[event->nic] > 0 && c->here_gen[event->nic] == event->gen;
    return event->nic == PLACE_HOST || granted;
}

static void compare(struct check *check, const struct check_conn *c,
                    const struct probe_event *event, const struct conn_ctx *context)
{
    struct conn_ctx forgiven = *context;
    const struct conn_ctx *after = &forgiven;
    const struct away away = {.from_ps = c->carry.frozen_ps,
                              .to_ps = event->now_ps,
                              .error_ps = check->params.clock_error_ps};
    check_carry_forgive(&c->carry, &c->carry.live, &forgiven);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const struct field *field = &fields[i];
        if (is_kept(c, after, field, &away, is_told_later(c, event)))
            continue;
        check_fail(check, INVARIANT_MOVE, event,
                   "%s was %u at the old place and is %u at the new one", field->name,
                   value_at(&c->carry.live, field), value_at(after, field));
        return;
    }
}

static void on_leave(struct check_conn *c)
{
    struct check_carry *m = &c->carry;
    m->left = m->live_valid;
    m->tx_at_leave = m->tx_known ? m->tx_written : m->live.tx_prod;
    m->read_at_leave = c->irs + 1 + (uint32_t)c->app_offset;
    m->read_known = c->irs_known;
}

static void on_context(struct check *check, struct check_conn *c, const struct probe_event *event)
{
    struct check_carry *m = &c->carry;
    struct conn_ctx ctx;
    memcpy(&ctx, event->context.image, sizeof ctx);
    if (event->kind == PROBE_CTX_LIVE && m->left && !m->tainted)
        compare(check, c, event, &ctx);
    if (event->kind == PROBE_CTX_LIVE)
        m->left = false;
    check_step(check, c, event, m->live_valid ? &m->live : NULL, &ctx);
    m->live = ctx;
    m->live_valid = true;
}

void check_carry_on_event(struct check *check, const struct probe_event *event)
{
    struct check_conn *c = check_conn_of(check, event);
    if (!c || !c->open)
        return;
    switch (event->kind) {
    case PROBE_MOVE_BEGIN:
    case PROBE_TRANSFER_BEGIN:
        c->carry.not_carried = event->move.not_carried;
        c->rebuilt |= is_not_carried(&c->carry, "ooo");
        if (event->move.kind == TRANSFER_REBUILD) /* the context is lost with its NIC */
            c->carry.left = c->carry.live_valid = c->image_valid = false;
        break;
    case PROBE_CTX_LIVE:
    case PROBE_CTX_WRITTEN:
        if (event->context.image)
            on_context(check, c, event);
        break;
    case PROBE_OWN_STATE:
        if (event->own.state == OWN_FROZEN)
            c->carry.frozen_ps = event->now_ps;
        break;
    case PROBE_CTX_OUT:
        on_leave(c);
        break;
    case PROBE_APP_TX:
        c->carry.tx_known = true;
        c->carry.tx_written = event->payload.seq + event->payload.bytes;
        break;
    case PROBE_SOFT_ERROR:
        c->carry.tainted = true;
        break;
    default:
        break;
    }
}
