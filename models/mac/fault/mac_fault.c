#include "models/mac/fault/mac_fault.h"

#include "models/mac/fault/mac_fault_pvt.h"

#include "models/mac/mac_arrive.h"
#include "models/mac/mac_report.h"

#include <stdlib.h>
#include <string.h>

enum { HELD_MAX = 8192, LATE_MAX = 64, RUNT_BYTES = 40 };

struct held {
    struct frame *frame;
    uint64_t due_ps; /* arrival of the last bit at the receiver if the line is free */
};

/* A reordered frame that waits until enough others have passed. */
struct late {
    struct frame *frame;
    uint64_t deadline_ps;
    uint32_t left;
};

struct mac_fault {
    struct line_fault rules;
    struct held *held; /* ring [head, tail), sorted by due time and then by age */
    uint64_t capacity, head, tail;
    uint32_t late_count;
    struct late late[LATE_MAX];
    uint64_t last_ps;        /* last bit of the frame that left last */
    struct mac_line arrived; /* judged frames that are in the receive latency */
};

static struct held *held_at(const struct mac_fault *fault, uint64_t index)
{
    return &fault->held[index & (fault->capacity - 1)];
}

static struct mac_fault *fault_create(void)
{
    struct mac_fault *fault = calloc(1, sizeof *fault);
    if (!fault)
        return NULL;
    fault->capacity = HELD_MAX;
    fault->held = malloc(fault->capacity * sizeof *fault->held);
    if (!fault->held || !mac_line_init(&fault->arrived, 64)) {
        free(fault->held);
        free(fault);
        return NULL;
    }
    return fault;
}

int mac_fault_add(struct mac *mac, const struct line_fault_rule *rule, uint64_t seed,
                  const char *name)
{
    assert(!mac->far || mac->far->line.tail == 0); /* rules are added before the first frame */
    if (!mac->fault)
        mac->fault = fault_create();
    return mac->fault ? line_fault_add(&mac->fault->rules, rule, seed, name) : -1;
}

void mac_fault_start(struct mac *mac, int rule, uint64_t now_ps)
{
    assert(mac->fault);
    line_fault_start(&mac->fault->rules, rule, now_ps);
}

const struct line_fault_stats *mac_fault_stats(const struct mac *mac)
{
    static const struct line_fault_stats none = {0};
    return mac->fault ? &mac->fault->rules.stats : &none;
}

static uint64_t wire_ps(const struct mac *mac, const struct frame *frame)
{
    return byte_clock_ps(&mac->clock, MAC_PREAMBLE_BYTES + mac_frame_bytes(frame));
}

/* Inserts a frame after all frames that are due no later. Most frames come in order, so the search starts
 * at the end. */
static void hold(struct mac *mac, struct frame *frame, uint64_t due_ps, uint64_t now_ps)
{
    struct mac_fault *fault = mac->fault;
    if (fault->tail - fault->head == fault->capacity) {
        mac_drop(mac, frame, DROP_FAULT, now_ps);
        return;
    }
    uint64_t at = fault->tail++;
    for (; at > fault->head && held_at(fault, at - 1)->due_ps > due_ps; at--)
        *held_at(fault, at) = *held_at(fault, at - 1);
    *held_at(fault, at) = (struct held){frame, due_ps};
}

static void send_copy(struct mac *mac, const struct frame *frame, uint64_t due_ps, uint64_t now_ps)
{
    struct frame *copy = frame_alloc(mac->pool, now_ps);
    if (!copy) {
        drop_count(&mac->stats.drops, DROP_POOL_EMPTY);
        return;
    }
    copy->conversation = frame->conversation;
    copy->len = frame->len;
    copy->port = frame->port;
    copy->flags = frame->flags;
    memcpy(copy->data, frame->data, frame->len);
    mac->fault->rules.stats.chosen[LINE_FAULT_DUPLICATE]++;
    hold(mac, copy, due_ps, now_ps);
}

void mac_fault_take(struct mac *mac, struct frame *frame, uint64_t now_ps)
{
    struct mac_fault *fault = mac->fault;
    struct line_fault_verdict verdict = line_fault_judge(&fault->rules, now_ps);
    if (verdict.drop) {
        mac_drop(mac, frame, DROP_FAULT, now_ps);
        return;
    }
    if (verdict.corrupt || verdict.truncate)
        frame->flags |= FRAME_BAD_FCS;
    if (verdict.truncate) {
        frame->flags |= FRAME_UNPADDED;
        frame->len = u32_min(frame->len, RUNT_BYTES);
    }
    uint64_t due_ps = now_ps + verdict.delay_ps;
    if (verdict.behind && fault->late_count < LATE_MAX) {
        fault->late[fault->late_count++] =
            (struct late){frame, due_ps + verdict.patience_ps, verdict.behind};
    } else {
        hold(mac, frame, due_ps, now_ps);
    }
    if (verdict.duplicate)
        send_copy(mac, frame, due_ps, now_ps);
    uint64_t count = fault->tail - fault->head + fault->late_count;
    struct line_fault_stats *stats = &fault->rules.stats;
    stats->held_max = u64_max(stats->held_max, count);
}

/* --- leaving --- */

static uint64_t held_next_ps(const struct mac *mac)
{
    const struct mac_fault *fault = mac->fault;
    if (fault->head == fault->tail)
        return TIME_NEVER;
    const struct held *first = held_at(fault, fault->head);
    return u64_max(first->due_ps, fault->last_ps + wire_ps(mac, first->frame));
}

static uint64_t late_next_ps(const struct mac_fault *fault)
{
    uint64_t next = TIME_NEVER;
    for (uint32_t i = 0; i < fault->late_count; i++)
        next = u64_min(next, fault->late[i].deadline_ps);
    return next;
}

/* Ends the wait of reordered frames that are due, oldest first. `passed` is true if another frame has passed. */
static void end_waiting(struct mac *mac, bool passed, uint64_t at_ps)
{
    struct mac_fault *fault = mac->fault;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < fault->late_count; i++) {
        struct late *late = &fault->late[i];
        if (passed)
            late->left--;
        if (late->left == 0 || late->deadline_ps <= at_ps)
            hold(mac, late->frame, at_ps, at_ps);
        else
            fault->late[kept++] = *late;
    }
    fault->late_count = kept;
}

static void leave(struct mac *mac, uint64_t at_ps)
{
    struct mac_fault *fault = mac->fault;
    struct frame *frame = held_at(fault, fault->head++)->frame;
    uint64_t on_line_ps = wire_ps(mac, frame) + mac->far->params.cable_ps;
    struct mac_slot slot = {.frame = frame,
                            .start_ps = at_ps > on_line_ps ? at_ps - on_line_ps : 0,
                            .arrive_ps = at_ps};
    fault->last_ps = at_ps;
    mac_arrive(mac, &slot);
    if (slot.frame && !mac_line_push(&fault->arrived, &slot))
        mac_drop(mac, slot.frame, DROP_NO_RESOURCE, at_ps);
    end_waiting(mac, true, at_ps);
}

void mac_fault_settle(struct mac *mac, uint64_t now_ps)
{
    for (;;) {
        uint64_t held_ps = held_next_ps(mac), late_ps = late_next_ps(mac->fault);
        if (u64_min(held_ps, late_ps) > now_ps)
            return;
        if (late_ps <= held_ps)
            end_waiting(mac, false, late_ps);
        else
            leave(mac, held_ps);
    }
}

struct mac_slot *mac_fault_due(struct mac *mac, uint64_t now_ps)
{
    struct mac_line *arrived = &mac->fault->arrived;
    if (arrived->head == arrived->tail)
        return NULL;
    struct mac_slot *slot = mac_line_at(arrived, arrived->head);
    return slot->arrive_ps + mac->params.latency_rx_ps <= now_ps ? slot : NULL;
}

void mac_fault_pop(struct mac *mac) { mac->fault->arrived.head++; }

uint64_t mac_fault_next_ps(const struct mac *mac)
{
    const struct mac_line *arrived = &mac->fault->arrived;
    uint64_t next = u64_min(held_next_ps(mac), late_next_ps(mac->fault));
    if (arrived->head < arrived->tail)
        next = u64_min(next,
                       mac_line_at(arrived, arrived->head)->arrive_ps + mac->params.latency_rx_ps);
    return next;
}

/* --- the end --- */

void mac_fault_cut(struct mac *mac, enum drop_reason reason, uint64_t now_ps)
{
    struct mac_fault *fault = mac->fault;
    while (fault->head < fault->tail)
        mac_drop(mac, held_at(fault, fault->head++)->frame, reason, now_ps);
    for (uint32_t i = 0; i < fault->late_count; i++)
        mac_drop(mac, fault->late[i].frame, reason, now_ps);
    fault->late_count = 0;
}

void mac_fault_empty(struct mac *mac, enum drop_reason reason, uint64_t now_ps)
{
    struct mac_line *arrived = &mac->fault->arrived;
    for (; arrived->head < arrived->tail; arrived->head++)
        mac_drop(mac, mac_line_at(arrived, arrived->head)->frame, reason, now_ps);
}

void mac_fault_destroy(struct mac *mac)
{
    struct mac_fault *fault = mac->fault;
    if (!fault)
        return;
    while (fault->head < fault->tail)
        frame_free(mac->pool, held_at(fault, fault->head++)->frame);
    for (uint32_t i = 0; i < fault->late_count; i++)
        frame_free(mac->pool, fault->late[i].frame);
    mac_line_free(&fault->arrived, mac->pool);
    line_fault_free(&fault->rules);
    free(fault->held);
    free(fault);
    mac->fault = NULL;
}
