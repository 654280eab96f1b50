#include "models/check/tcp/check_order.h"

#include "models/base/frame.h"
#include "models/base/memory.h"
#include "models/check/check_state.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 64 }; /* a power of two */

static uint64_t *slot_of(struct check_tx_queue *queue, uint64_t number)
{
    return &queue->ids[number & (queue->capacity - 1)];
}

static void grow(struct check_tx_queue *queue)
{
    struct check_tx_queue larger = *queue;
    larger.capacity = queue->capacity ? 2 * queue->capacity : FIRST_CAPACITY;
    larger.ids = malloc(larger.capacity * sizeof *larger.ids);
    memory_check(larger.ids);
    for (uint64_t i = queue->gone + 1; i <= queue->built; i++)
        *slot_of(&larger, i) = *slot_of(queue, i);
    free(queue->ids);
    *queue = larger;
}

static void on_built(struct check *check, const struct probe_event *event)
{
    struct check_conn *c = check_conn_of(check, event);
    struct check_tx_queue *queue = &check->tx_queue[event->nic];
    const struct check_tx_queue *other = &check->tx_queue[1 - event->nic];
    if (!c || !event->built.frame)
        return;
    if (c->tx_last[1 - event->nic] > other->gone)
        check_fail(check, INVARIANT_TXORDER, event,
                   "nic%u builds a frame, and one that nic%u built before has not left its MAC",
                   event->nic, 1u - event->nic);
    if (queue->built - queue->gone == queue->capacity)
        grow(queue);
    queue->built++;
    *slot_of(queue, queue->built) = event->built.frame->id;
    c->tx_last[event->nic] = queue->built;
}

static void skip_lost(struct check_tx_queue *queue)
{
    while (queue->gone < queue->built && *slot_of(queue, queue->gone + 1) == 0)
        queue->gone++;
}

/* Returns the number of a frame in the queue; 0 if it is not there, such as a frame of the host. */
static uint64_t find(struct check_tx_queue *queue, uint64_t id)
{
    for (uint64_t i = queue->gone + 1; i <= queue->built; i++)
        if (*slot_of(queue, i) == id)
            return i;
    return 0;
}

static void on_begun(struct check *check, const struct probe_event *event)
{
    struct check_tx_queue *queue = &check->tx_queue[event->nic];
    uint64_t number = find(queue, event->frame.id);
    if (number == 0)
        return;
    queue->gone = number;
    skip_lost(queue);
}

static void on_lost(struct check *check, const struct probe_event *event)
{
    struct check_tx_queue *queue = &check->tx_queue[event->nic];
    uint64_t number = find(queue, event->drop.id);
    if (number == 0)
        return;
    *slot_of(queue, number) = 0;
    skip_lost(queue);
}

void check_order_on_event(struct check *check, const struct probe_event *event)
{
    if (event->nic >= NIC_COUNT)
        return;
    switch (event->kind) {
    case PROBE_TX_BUILT:
        on_built(check, event);
        break;
    case PROBE_FRAME_TX:
        on_begun(check, event);
        break;
    case PROBE_FRAME_DROPPED:
        on_lost(check, event);
        break;
    case PROBE_FENCE:
        if (event->fence.is_fenced) /* no frame leaves a fenced NIC */
            check->tx_queue[event->nic].gone = check->tx_queue[event->nic].built;
        break;
    default:
        break;
    }
}

void check_order_free(struct check *check)
{
    for (size_t nic = 0; nic < NIC_COUNT; nic++)
        free(check->tx_queue[nic].ids);
}
