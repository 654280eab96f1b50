#include "models/mac/mac_line.h"

#include <stdlib.h>
#include <string.h>

bool mac_line_init(struct mac_line *line, uint64_t capacity)
{
    memset(line, 0, sizeof *line);
    line->capacity = 16;
    while (line->capacity < capacity)
        line->capacity *= 2;
    line->slots = malloc(line->capacity * sizeof *line->slots);
    return line->slots != NULL;
}

void mac_line_free(struct mac_line *line, struct frame_pool *pool)
{
    for (; line->head < line->tail; line->head++)
        frame_free(pool, mac_line_at(line, line->head)->frame);
    free(line->slots);
    line->slots = NULL;
}

static bool grow(struct mac_line *line)
{
    uint64_t capacity = line->capacity * 2;
    struct mac_slot *slots = malloc(capacity * sizeof *slots);
    if (!slots)
        return false;
    for (uint64_t i = line->head; i < line->tail; i++)
        slots[i & (capacity - 1)] = *mac_line_at(line, i);
    free(line->slots);
    line->slots = slots;
    line->capacity = capacity;
    return true;
}

bool mac_line_push(struct mac_line *line, const struct mac_slot *slot)
{
    if (line->tail - line->head == line->capacity && !grow(line))
        return false;
    line->tail++;
    *mac_line_at(line, line->tail - 1) = *slot;
    return true;
}
