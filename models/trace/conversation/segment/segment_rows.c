#include "models/trace/conversation/segment/segment_rows.h"

#include "models/base/units.h"
#include "models/trace/store/row_codec.h"
#include "models/wire/tcp_hdr.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Each chunk size divides the next one, and the largest divides the page size, so that no chunk crosses a page boundary.
 * The chunks of a list begin with a small one, and each is about as large as those before together, so that little of a
 * list is empty. */
enum { CHUNK_SIZES = 6, WRITERS = 1024 };
static const uint16_t chunk_bytes[CHUNK_SIZES] = {84, 252, 504, 1008, 2016, 4032};

/* A list of one segment, such as a SYN that nobody answers, has no chunk of its own. Such segments of all lists share
 * chunks of this size. When a second segment comes, the list begins with a chunk, and what the first one took before is
 * lost. */
enum { LONE_SIZE = 3, LONE_ROW_BITS = 9 };
#define LONE_FLAG (UINT64_C(1) << 63)
static_assert(1 << LONE_ROW_BITS == SEGMENT_CHUNK_MAX, "a row's number does not fit its bits");

struct chunk_head {
    uint64_t next; /* as in struct segment_list; 0: none */
    uint16_t used; /* bytes, this head too */
    uint16_t rows;
    uint8_t size; /* index into chunk_bytes */
};

/* The state of the coder. Sequence numbers are coded as differences from the numbers expected after the segments
 * before. */
struct segment_state {
    struct row_state rows;
    uint32_t next[2]; /* behind the last segment of each endpoint */
};

/* The coder state at the end of a list. It is cached, so that the last chunk need not be decoded for each segment. */
struct writer {
    uint64_t chunk;
    struct segment_state state;
};

/* A decoded chunk of lone segments. */
struct lone_chunk {
    uint64_t chunk; /* 0: none */
    size_t rows;
    struct raw_segment segments[SEGMENT_CHUNK_MAX];
};

struct segment_rows {
    struct spill *spill;
    uint64_t end;                  /* of the pages in use */
    uint64_t free_at[CHUNK_SIZES]; /* of a larger chunk that was divided */
    uint16_t free_left[CHUNK_SIZES];
    uint64_t bytes;
    struct writer *writers;     /* by the chunk's offset */
    struct lone_chunk *filling; /* takes the next lone segment */
    struct lone_chunk *read;    /* the one read last */
};

enum field {
    FIELD_INDEX,
    FIELD_TIME,
    FIELD_TIMELINE, /* the difference of the timeline */
    FIELD_PAYLOAD_AT,
    FIELD_SEQ, /* this and ACK: the difference from the expected number */
    FIELD_ACK,
    FIELD_WINDOW,
    FIELD_LEN,
    FIELD_MISSING,
    FIELD_FLAGS,
    FIELD_REST,
    FIELD_URGENT,
    FIELD_TSVAL,
    FIELD_SACK_0,
    FIELD_SACK_2,
    FIELD_COUNT,
};

static const struct row_shape shape = {
    .fields = FIELD_COUNT,
    .shared = 1u << FIELD_INDEX | 1u << FIELD_TIME | 1u << FIELD_TIMELINE | 1u << FIELD_PAYLOAD_AT,
    .linear = 1u << FIELD_INDEX | 1u << FIELD_PAYLOAD_AT,
    .plain = 1u << FIELD_SEQ | 1u << FIELD_ACK,
};

static uint64_t pack(const uint32_t *parts) { return parts[0] | (uint64_t)parts[1] << 32; }

static void unpack(uint64_t packed, uint32_t *parts)
{
    parts[0] = (uint32_t)packed;
    parts[1] = (uint32_t)(packed >> 32);
}

static uint64_t signed_difference(uint32_t a, uint32_t b)
{
    return (uint64_t)(int64_t)(int32_t)(a - b);
}

static void row_make(const struct segment_state *state, const struct raw_segment *seg,
                     struct row *row)
{
    const struct segment_reports *reports = &seg->reports;
    uint64_t *field = row->field;
    row->lane = seg->dir;
    row->unused = 0;
    if (!reports->has_tsval)
        row->unused |= 1u << FIELD_TSVAL;
    if (reports->sack_count == 0)
        row->unused |= 1u << FIELD_SACK_0;
    if (reports->sack_count <= 2)
        row->unused |= 1u << FIELD_SACK_2;
    field[FIELD_INDEX] = seg->index;
    field[FIELD_TIME] = seg->time_ns;
    field[FIELD_TIMELINE] = seg->time_ps - seg->time_ns * PS_PER_NS;
    field[FIELD_PAYLOAD_AT] = seg->payload_at;
    field[FIELD_SEQ] = signed_difference(seg->seq, state->next[seg->dir]);
    field[FIELD_ACK] = signed_difference(seg->ack, state->next[!seg->dir]);
    field[FIELD_WINDOW] = seg->window;
    field[FIELD_LEN] = seg->payload_len;
    field[FIELD_MISSING] = seg->payload_len - seg->payload_captured;
    field[FIELD_FLAGS] = seg->flags;
    field[FIELD_REST] = seg->ttl | (uint64_t)seg->options_len << 8 | (uint64_t)seg->checksum << 16 |
                        (uint64_t)reports->sack_count << 20 | (uint64_t)reports->has_tsval << 24 |
                        (uint64_t)seg->interface << 32;
    field[FIELD_URGENT] = seg->urgent;
    field[FIELD_TSVAL] = reports->tsval;
    field[FIELD_SACK_0] = pack(reports->sack_right);
    field[FIELD_SACK_2] = pack(reports->sack_right + 2);
}

static void segment_make(const struct segment_state *state, const struct row *row,
                         struct raw_segment *seg)
{
    const uint64_t *field = row->field;
    uint64_t rest = field[FIELD_REST];
    *seg = (struct raw_segment){
        .time_ns = field[FIELD_TIME],
        .time_ps = field[FIELD_TIME] * PS_PER_NS + field[FIELD_TIMELINE],
        .payload_at = field[FIELD_PAYLOAD_AT],
        .payload_len = (uint32_t)field[FIELD_LEN],
        .payload_captured = (uint32_t)(field[FIELD_LEN] - field[FIELD_MISSING]),
        .seq = state->next[row->lane] + (uint32_t)field[FIELD_SEQ],
        .ack = state->next[!row->lane] + (uint32_t)field[FIELD_ACK],
        .index = (uint32_t)field[FIELD_INDEX],
        .flags = (uint16_t)field[FIELD_FLAGS],
        .window = (uint16_t)field[FIELD_WINDOW],
        .urgent = (uint16_t)field[FIELD_URGENT],
        .interface = (uint16_t)(rest >> 32),
        .reports = {.tsval = (uint32_t)field[FIELD_TSVAL],
                    .sack_count = (uint8_t)(rest >> 20 & 15),
                    .has_tsval = rest >> 24 & 1},
        .options_len = (uint8_t)(rest >> 8),
        .ttl = (uint8_t)rest,
        .dir = row->lane,
        .checksum = (uint8_t)(rest >> 16 & 15),
        .at = STREAM_NOWHERE,
        .acked = -1,
    };
    if (!seg->reports.has_tsval)
        seg->reports.tsval = 0;
    if (seg->reports.sack_count > 0)
        unpack(field[FIELD_SACK_0], seg->reports.sack_right);
    if (seg->reports.sack_count > 2)
        unpack(field[FIELD_SACK_2], seg->reports.sack_right + 2);
}

static void numbers_learn(struct segment_state *state, const struct raw_segment *seg)
{
    state->next[seg->dir] = seg->seq + seg->payload_len + !!(seg->flags & (TCP_SYN | TCP_FIN));
}

struct segment_rows *segment_rows_create(struct spill *spill)
{
    struct segment_rows *rows = calloc(1, sizeof *rows);
    if (!rows)
        return NULL;
    rows->spill = spill;
    rows->writers = calloc(WRITERS, sizeof *rows->writers);
    rows->filling = calloc(1, sizeof *rows->filling);
    rows->read = calloc(1, sizeof *rows->read);
    if (rows->writers && rows->filling && rows->read)
        return rows;
    segment_rows_destroy(rows);
    return NULL;
}

void segment_rows_destroy(struct segment_rows *rows)
{
    if (!rows)
        return;
    free(rows->writers);
    free(rows->filling);
    free(rows->read);
    free(rows);
}

uint64_t segment_rows_bytes(const struct segment_rows *rows) { return rows->bytes; }

uint64_t segment_rows_capacity(const struct segment_rows *rows) { return rows->end; }

static uint8_t *chunk_bytes_at(struct segment_rows *rows, uint64_t chunk, bool write)
{
    uint64_t at = chunk - 1;
    uint8_t *page = spill_page(rows->spill, at / SPILL_PAGE_BYTES, write);
    return page ? page + at % SPILL_PAGE_BYTES : NULL;
}

/* Allocates a chunk, either as a part of a larger one or at the end of the spill. */
static uint64_t chunk_place(struct segment_rows *rows, unsigned size)
{
    if (size == CHUNK_SIZES - 1) {
        rows->end += chunk_bytes[size];
        return rows->end - chunk_bytes[size];
    }
    if (rows->free_left[size] == 0) {
        rows->free_at[size] = chunk_place(rows, size + 1);
        rows->free_left[size] = chunk_bytes[size + 1] / chunk_bytes[size];
    }
    rows->free_left[size]--;
    rows->free_at[size] += chunk_bytes[size];
    return rows->free_at[size] - chunk_bytes[size];
}

/* Makes an empty chunk. Returns 0 if memory is short or the disk failed. */
static uint64_t chunk_make(struct segment_rows *rows, unsigned size)
{
    struct chunk_head head = {.used = sizeof head, .size = (uint8_t)size};
    uint64_t chunk = chunk_place(rows, size) + 1;
    uint8_t *bytes = chunk_bytes_at(rows, chunk, true);
    if (!bytes)
        return 0;
    memcpy(bytes, &head, sizeof head);
    return chunk;
}

/* Returns the smallest chunk size, `size` or larger, that can hold this segment. */
static unsigned size_holding(const struct raw_segment *segment, unsigned size)
{
    struct segment_state fresh = {0};
    struct row row;
    uint8_t coded[ROW_BYTES_MAX];
    row_make(&fresh, segment, &row);
    size_t len = sizeof(struct chunk_head) + row_encode(&fresh.rows, &shape, &row, coded);
    while (len > chunk_bytes[size])
        size++;
    return size;
}

/* Begins a chunk at the end of the list, for this segment. Returns false if memory is short or the disk failed. */
static bool chunk_begin(struct segment_rows *rows, struct segment_list *list,
                        const struct raw_segment *segment)
{
    struct chunk_head before;
    if (!list->last) {
        list->first = list->last = chunk_make(rows, size_holding(segment, 0));
        return list->last != 0;
    }
    uint8_t *bytes = chunk_bytes_at(rows, list->last, false);
    if (!bytes)
        return false;
    memcpy(&before, bytes, sizeof before);
    unsigned larger = before.size + 1u < CHUNK_SIZES ? before.size + 1u : before.size;
    before.next = chunk_make(rows, size_holding(segment, larger));
    bytes = before.next ? chunk_bytes_at(rows, list->last, true) : NULL;
    if (!bytes)
        return false;
    memcpy(bytes, &before, sizeof before);
    list->last = before.next;
    return true;
}

static void chunk_decode(const uint8_t *bytes, const struct chunk_head *head,
                         struct segment_state *state, struct raw_segment *segments)
{
    size_t used = sizeof *head;
    *state = (struct segment_state){0};
    for (unsigned i = 0; i < head->rows; i++) {
        struct row row;
        struct raw_segment segment;
        used += row_decode(&state->rows, &shape, bytes + used, &row);
        segment_make(state, &row, &segment);
        numbers_learn(state, &segment);
        if (segments)
            segments[i] = segment;
    }
    assert(used == head->used);
}

static struct writer *writer_of(struct segment_rows *rows, uint64_t chunk)
{
    return &rows->writers[(chunk * UINT64_C(0x9e3779b97f4a7c15) >> 32) % WRITERS];
}

/* Appends a segment to a chunk and sets *seen to what a reader will see. Returns 1, or 0 if the chunk is full, or -1 if
 * memory is short or the disk failed. */
static int chunk_append(struct segment_rows *rows, uint64_t chunk,
                        const struct raw_segment *segment, struct raw_segment *seen)
{
    uint8_t *bytes = chunk_bytes_at(rows, chunk, true);
    if (!bytes)
        return -1;
    struct chunk_head head;
    memcpy(&head, bytes, sizeof head);
    struct writer *writer = writer_of(rows, chunk);
    if (writer->chunk != chunk || head.rows == 0)
        chunk_decode(bytes, &head, &writer->state, NULL);
    writer->chunk = chunk;
    struct row row;
    uint8_t coded[ROW_BYTES_MAX];
    row_make(&writer->state, segment, &row);
    struct segment_state before = writer->state;
    size_t len = row_encode(&writer->state.rows, &shape, &row, coded);
    if (head.used + len > chunk_bytes[head.size] || head.rows == SEGMENT_CHUNK_MAX) {
        writer->state = before;
        return 0;
    }
    segment_make(&before, &row, seen);
    numbers_learn(&writer->state, segment);
    memcpy(bytes + head.used, coded, len);
    head.used = (uint16_t)(head.used + len);
    head.rows++;
    memcpy(bytes, &head, sizeof head);
    rows->bytes += len;
    return 1;
}

static bool lone_add(struct segment_rows *rows, struct segment_list *list,
                     const struct raw_segment *segment)
{
    struct lone_chunk *filling = rows->filling;
    int added = 0;
    if (filling->chunk)
        added = chunk_append(rows, filling->chunk, segment, &filling->segments[filling->rows]);
    if (added == 0) {
        filling->chunk = chunk_make(rows, LONE_SIZE);
        filling->rows = 0;
        if (filling->chunk)
            added = chunk_append(rows, filling->chunk, segment, &filling->segments[0]);
    }
    if (added != 1)
        return false;
    list->first = LONE_FLAG | filling->chunk << LONE_ROW_BITS | filling->rows++;
    return true;
}

/* Returns a lone segment, or null if memory is short or the disk failed. */
static const struct raw_segment *lone_get(struct segment_rows *rows, uint64_t place)
{
    uint64_t chunk = (place & ~LONE_FLAG) >> LONE_ROW_BITS;
    size_t row = place & (SEGMENT_CHUNK_MAX - 1);
    struct lone_chunk *lone = rows->filling;
    if (chunk != lone->chunk) {
        lone = rows->read;
        if (chunk != lone->chunk) {
            uint64_t next;
            lone->chunk = 0;
            if (!segment_rows_read(rows, chunk, lone->segments, &lone->rows, &next))
                return NULL;
            lone->chunk = chunk;
        }
    }
    assert(row < lone->rows);
    return &lone->segments[row];
}

static bool list_append(struct segment_rows *rows, struct segment_list *list,
                        const struct raw_segment *segment)
{
    struct raw_segment seen;
    int added = 0;
    if (list->last)
        added = chunk_append(rows, list->last, segment, &seen);
    if (added == 0 && chunk_begin(rows, list, segment))
        added = chunk_append(rows, list->last, segment, &seen);
    return added == 1;
}

bool segment_rows_add(struct segment_rows *rows, struct segment_list *list,
                      const struct raw_segment *segment)
{
    if (!list->first)
        return lone_add(rows, list, segment);
    if (!list->last) {
        const struct raw_segment *first = lone_get(rows, list->first);
        if (!first || !list_append(rows, list, first))
            return false;
    }
    return list_append(rows, list, segment);
}

bool segment_rows_read(struct segment_rows *rows, uint64_t chunk, struct raw_segment *segments,
                       size_t *count, uint64_t *next)
{
    if (chunk & LONE_FLAG) {
        const struct raw_segment *lone = lone_get(rows, chunk);
        *count = 1;
        *next = 0;
        if (lone)
            segments[0] = *lone;
        return lone != NULL;
    }
    const uint8_t *bytes = chunk_bytes_at(rows, chunk, false);
    if (!bytes)
        return false;
    struct chunk_head head;
    struct segment_state state;
    memcpy(&head, bytes, sizeof head);
    chunk_decode(bytes, &head, &state, segments);
    *count = head.rows;
    *next = head.next;
    return true;
}
