#include "models/trace/store/spill.h"

#include "models/base/temp_file.h"
#include "models/trace/store/array.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MEMORY_DEFAULT (UINT64_C(256) << 20)
enum { FRAMES_MIN = 4 };

/* A page in memory. */
struct frame {
    uint64_t page;
    bool used, dirty, recent;
    uint8_t *bytes;
};

/* The place of a page. */
struct place {
    uint32_t frame; /* plus 1; 0: not in memory */
    bool on_disk;
};

struct spill {
    struct place *places;
    size_t place_count, place_capacity;
    struct frame *frames;
    size_t frame_count, frame_capacity, frame_limit;
    size_t hand; /* of the clock algorithm that selects a page to evict */
    uint64_t bytes;
    int fd;
    struct error trouble;
};

uint64_t spill_memory_default(void)
{
    const char *text = getenv("TOESIM_SPILL_BYTES");
    return text && text[0] ? strtoull(text, NULL, 10) : MEMORY_DEFAULT;
}

struct spill *spill_create(uint64_t memory_bytes)
{
    struct spill *spill = calloc(1, sizeof *spill);
    if (!spill)
        return NULL;
    uint64_t limit = memory_bytes / SPILL_PAGE_BYTES;
    spill->frame_limit = limit < FRAMES_MIN       ? FRAMES_MIN
                         : limit > UINT32_MAX / 2 ? UINT32_MAX / 2
                                                  : (size_t)limit;
    spill->fd = -1;
    return spill;
}

void spill_destroy(struct spill *spill)
{
    if (!spill)
        return;
    for (size_t i = 0; i < spill->frame_count; i++)
        free(spill->frames[i].bytes);
    free(spill->frames);
    free(spill->places);
    if (spill->fd >= 0)
        close(spill->fd);
    free(spill);
}

uint64_t spill_bytes(const struct spill *spill) { return spill->bytes; }

enum status spill_trouble(const struct spill *spill, struct error *err)
{
    if (spill->trouble.status != STATUS_OK)
        error_set(err, spill->trouble.status, "%s", spill->trouble.text);
    return spill->trouble.status;
}

void spill_pass_trouble(const struct spill *from, struct spill *to)
{
    if (from && to && to->trouble.status == STATUS_OK)
        (void)spill_trouble(from, &to->trouble);
}

static void *no_memory(struct spill *spill)
{
    error_set(&spill->trouble, STATUS_ENVIRONMENT, "out of memory");
    return NULL;
}

/* Returns a frame that may be filled, or SIZE_MAX if memory is short. It uses the second-chance algorithm: a frame that
 * was used since the hand passed it stays. */
static size_t frame_choose(struct spill *spill)
{
    if (spill->frame_count < spill->frame_limit) {
        struct frame *grown =
            array_grow(spill->frames, spill->frame_count, &spill->frame_capacity, sizeof *grown);
        if (grown)
            spill->frames = grown;
        uint8_t *bytes = grown ? malloc(SPILL_PAGE_BYTES) : NULL;
        if (!bytes)
            return SIZE_MAX;
        spill->frames[spill->frame_count] = (struct frame){.bytes = bytes};
        return spill->frame_count++;
    }
    for (;; spill->hand = (spill->hand + 1) % spill->frame_count) {
        if (!spill->frames[spill->hand].recent)
            return spill->hand;
        spill->frames[spill->hand].recent = false;
    }
}

static bool frame_clear(struct spill *spill, struct frame *frame)
{
    if (!frame->used)
        return true;
    if (frame->dirty) {
        if (spill->fd < 0)
            spill->fd = temp_file_open(&spill->trouble);
        if (spill->fd < 0 || !temp_file_write(spill->fd, frame->bytes, SPILL_PAGE_BYTES,
                                              frame->page * SPILL_PAGE_BYTES, &spill->trouble))
            return false;
        spill->places[frame->page].on_disk = true;
    }
    spill->places[frame->page].frame = 0;
    frame->used = frame->dirty = false;
    return true;
}

static bool places_reach(struct spill *spill, uint64_t page)
{
    while (spill->place_count <= page) {
        struct place *grown =
            array_grow(spill->places, spill->place_count, &spill->place_capacity, sizeof *grown);
        if (!grown)
            return false;
        spill->places = grown;
        spill->places[spill->place_count++] = (struct place){0};
    }
    return true;
}

static struct frame *page_bring(struct spill *spill, uint64_t page)
{
    size_t index = places_reach(spill, page) ? frame_choose(spill) : SIZE_MAX;
    if (index == SIZE_MAX)
        return no_memory(spill);
    struct frame *frame = &spill->frames[index];
    if (!frame_clear(spill, frame))
        return NULL;
    if (!spill->places[page].on_disk) {
        memset(frame->bytes, 0, SPILL_PAGE_BYTES);
    } else if (!temp_file_read(spill->fd, frame->bytes, SPILL_PAGE_BYTES,
                               page * SPILL_PAGE_BYTES)) {
        error_set(&spill->trouble, STATUS_ENVIRONMENT, "%s: a temporary file cannot be read",
                  temp_file_folder());
        return NULL;
    }
    frame->page = page;
    frame->used = true;
    spill->places[page].frame = (uint32_t)index + 1;
    return frame;
}

void *spill_page(struct spill *spill, uint64_t page, bool write)
{
    struct frame *frame = NULL;
    if (page < spill->place_count && spill->places[page].frame)
        frame = &spill->frames[spill->places[page].frame - 1];
    else
        frame = page_bring(spill, page);
    if (!frame)
        return NULL;
    frame->recent = true;
    frame->dirty = frame->dirty || write;
    return frame->bytes;
}

bool spill_write(struct spill *spill, uint64_t offset, const void *bytes, size_t len)
{
    const uint8_t *from = bytes;
    while (len > 0) {
        size_t at = offset % SPILL_PAGE_BYTES;
        size_t part = SPILL_PAGE_BYTES - at < len ? SPILL_PAGE_BYTES - at : len;
        uint8_t *page = spill_page(spill, offset / SPILL_PAGE_BYTES, true);
        if (!page)
            return false;
        memcpy(page + at, from, part);
        from += part;
        len -= part;
        offset += part;
    }
    return true;
}

bool spill_append(struct spill *spill, const void *bytes, size_t len, uint64_t *offset)
{
    *offset = spill->bytes;
    spill->bytes += len;
    return spill_write(spill, *offset, bytes, len);
}

bool spill_read(struct spill *spill, uint64_t offset, void *bytes, size_t len)
{
    uint8_t *to = bytes;
    while (len > 0) {
        size_t at = offset % SPILL_PAGE_BYTES;
        size_t part = SPILL_PAGE_BYTES - at < len ? SPILL_PAGE_BYTES - at : len;
        const uint8_t *page = spill_page(spill, offset / SPILL_PAGE_BYTES, false);
        if (!page)
            return false;
        memcpy(to, page + at, part);
        to += part;
        len -= part;
        offset += part;
    }
    return true;
}
