#include "models/stats/frame_book.h"

#include "models/base/memory.h"

#include "models/base/frame.h"
#include "models/base/units.h"

#include <stdlib.h>

enum { CAPACITY_FIRST = 1 << 10 }; /* a power of two */

bool frame_book_init(struct frame_book *book)
{
    *book = (struct frame_book){.capacity = CAPACITY_FIRST};
    book->slots = calloc(book->capacity, sizeof *book->slots);
    return book->slots != NULL;
}

void frame_book_free(struct frame_book *book) { free(book->slots); }

uint64_t frame_book_kinds(void)
{
    static const uint8_t wanted[] = {PROBE_FRAME_RX,       PROBE_FRAME_TX,    PROBE_MOVE_MARK,
                                     PROBE_RECORD_VISIBLE, PROBE_RECORD_USED, PROBE_FRAME_DROPPED};
    uint64_t kinds = 0;
    for (size_t i = 0; i < sizeof wanted; i++)
        kinds |= UINT64_C(1) << wanted[i];
    return kinds;
}

static size_t home_of(const struct frame_book *book, uint64_t id)
{
    return (size_t)(id * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (book->capacity - 1);
}

static size_t slot_of(const struct frame_book *book, uint64_t id)
{
    size_t at = home_of(book, id);
    while (book->slots[at].id && book->slots[at].id != id)
        at = (at + 1) & (book->capacity - 1);
    return at;
}

static struct seen_frame *find(const struct frame_book *book, uint64_t id)
{
    struct seen_frame *slot = &book->slots[slot_of(book, id)];
    return slot->id ? slot : NULL;
}

static void grow(struct frame_book *book)
{
    struct seen_frame *old = book->slots;
    size_t old_capacity = book->capacity;
    book->capacity *= 2;
    book->slots = calloc(book->capacity, sizeof *book->slots);
    memory_check(book->slots);
    for (size_t i = 0; i < old_capacity; i++)
        if (old[i].id)
            book->slots[slot_of(book, old[i].id)] = old[i];
    free(old);
}

/* Removes a frame. Later frames of the same probe sequence move up, so that a search may still
 * stop at the first empty slot. */
static void take_out(struct frame_book *book, uint64_t id)
{
    size_t mask = book->capacity - 1, gap = slot_of(book, id);
    if (!book->slots[gap].id)
        return;
    for (size_t at = (gap + 1) & mask; book->slots[at].id; at = (at + 1) & mask) {
        size_t distance = (at - home_of(book, book->slots[at].id)) & mask;
        if (distance < ((at - gap) & mask))
            continue;
        book->slots[gap] = book->slots[at];
        gap = at;
    }
    book->slots[gap].id = 0;
    book->count--;
}

static void on_received(struct frame_book *book, const struct probe_event *event)
{
    if (book->count * 2 >= book->capacity)
        grow(book);
    struct seen_frame *slot = &book->slots[slot_of(book, event->frame.id)];
    book->count += !slot->id;
    *slot = (struct seen_frame){.id = event->frame.id,
                                .conn = PROBE_NO_CONN,
                                .number = ++book->recorded[event->nic],
                                .rx_ps = event->now_ps,
                                .foreign_ps = TIME_NEVER,
                                .visible_ps = TIME_NEVER,
                                .nic = event->nic};
}

static void on_foreign(struct frame_book *book, const struct probe_event *event)
{
    struct seen_frame *slot = find(book, event->mark.frame->id);
    if (slot && slot->foreign_ps == TIME_NEVER)
        slot->foreign_ps = event->mark.at_ps;
}

static void on_used(struct frame_book *book, uint64_t id)
{
    const struct seen_frame *slot = find(book, id);
    book->used = slot ? *slot : (struct seen_frame){0};
    take_out(book, id);
}

void frame_book_on_event(struct frame_book *book, const struct probe_event *event)
{
    struct seen_frame *slot;
    switch (event->kind) {
    case PROBE_FRAME_RX:
        on_received(book, event);
        break;
    case PROBE_FRAME_TX:
        book->recorded[event->nic]++;
        break;
    case PROBE_MOVE_MARK:
        if (event->mark.mark == MARK_FOREIGN)
            on_foreign(book, event);
        break;
    case PROBE_RECORD_VISIBLE:
        slot = find(book, event->frame.id);
        if (slot && slot->visible_ps == TIME_NEVER)
            slot->visible_ps = event->now_ps;
        break;
    case PROBE_RECORD_USED:
        on_used(book, event->frame.id);
        break;
    case PROBE_FRAME_DROPPED:
        take_out(book, event->frame.id);
        break;
    default:
        break;
    }
}

void frame_book_set_conn(struct frame_book *book, uint64_t id, uint32_t conn)
{
    struct seen_frame *slot = find(book, id);
    if (slot)
        slot->conn = conn;
}

const struct seen_frame *frame_book_find(const struct frame_book *book, uint64_t id)
{
    return id && book->used.id == id ? &book->used : find(book, id);
}
