#include "models/trace/conversation/conv_list.h"

#include "models/trace/store/array.h"

#include <assert.h>
#include <string.h>

/* A conversation that is not replayable needs little, and a flood has many of them. */
struct unplayed {
    struct flow_key key;
    uint64_t first_ps;
    uint32_t client_isn;
    uint8_t client_mac[6];
    uint8_t partial;
};

/* The kinds of records, each in a spill of its own. */
enum kind { UNPLAYED, REPLAYABLE, KINDS };
static const size_t record_bytes[KINDS] = {sizeof(struct unplayed), sizeof(struct conversation)};

/* The highest bit of a number is the kind. The rest is the position among the records of this kind. */
#define KIND_SHIFT 31
#define POSITION_MAX (UINT32_C(1) << KIND_SHIFT)

/* While the list is built, there are two numbers for each conversation. */
enum { BEGIN, NUMBER, PAIR };

struct conv_list {
    struct spill *records[KINDS];
    struct spill *trouble;
    size_t of_kind[KINDS];
    uint32_t *numbers; /* pairs until the list is complete */
    size_t count, capacity;
    struct conversation present;
};

struct conv_list *conv_list_create(struct spill *trouble)
{
    struct conv_list *list = calloc(1, sizeof *list);
    if (!list)
        return NULL;
    list->trouble = trouble;
    for (int kind = 0; kind < KINDS; kind++)
        list->records[kind] = spill_create(spill_memory_default() / 32);
    if (list->records[UNPLAYED] && list->records[REPLAYABLE])
        return list;
    conv_list_destroy(list);
    return NULL;
}

void conv_list_destroy(struct conv_list *list)
{
    if (!list)
        return;
    for (int kind = 0; kind < KINDS; kind++)
        spill_destroy(list->records[kind]);
    free(list->numbers);
    free(list);
}

static bool record_append(struct conv_list *list, enum kind kind, const struct conversation *conv)
{
    struct unplayed unplayed = {
        .key = conv->key,
        .first_ps = conv->first_ps,
        .client_isn = conv->client_isn,
        .partial = (uint8_t)conv->partial,
    };
    memcpy(unplayed.client_mac, conv->client_mac, sizeof unplayed.client_mac);
    const void *record = kind == UNPLAYED ? (const void *)&unplayed : conv;
    uint64_t ignored;
    if (spill_append(list->records[kind], record, record_bytes[kind], &ignored))
        return true;
    spill_pass_trouble(list->records[kind], list->trouble);
    return false;
}

bool conv_list_add(struct conv_list *list, uint32_t begin, const struct conversation *conv)
{
    enum kind kind = conv->replayable ? REPLAYABLE : UNPLAYED;
    uint32_t *grown =
        array_grow(list->numbers, list->count, &list->capacity, PAIR * sizeof *list->numbers);
    if (!grown || list->of_kind[kind] == POSITION_MAX)
        return false;
    list->numbers = grown;
    uint32_t *pair = grown + PAIR * list->count++;
    pair[BEGIN] = begin;
    pair[NUMBER] = (uint32_t)kind << KIND_SHIFT | (uint32_t)list->of_kind[kind]++;
    return record_append(list, kind, conv);
}

static int compare_begin(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return x[BEGIN] < y[BEGIN] ? -1 : x[BEGIN] > y[BEGIN];
}

bool conv_list_end(struct conv_list *list)
{
    uint32_t *numbers = list->numbers;
    bool sorted = true;
    for (size_t i = 1; i < list->count; i++)
        sorted = sorted && numbers[PAIR * (i - 1) + BEGIN] < numbers[PAIR * i + BEGIN];
    if (!sorted)
        qsort(numbers, list->count, PAIR * sizeof *numbers, compare_begin);
    for (size_t i = 0; i < list->count; i++)
        numbers[i] = numbers[PAIR * i + NUMBER];
    if (list->count == 0)
        return true;
    numbers = realloc(numbers, list->count * sizeof *numbers);
    list->numbers = numbers ? numbers : list->numbers;
    return true;
}

size_t conv_list_count(const struct conv_list *list) { return list->count; }

const struct conversation *conv_list_get(struct conv_list *list, size_t index)
{
    assert(index < list->count);
    enum kind kind = (enum kind)(list->numbers[index] >> KIND_SHIFT);
    uint64_t at = (list->numbers[index] & (POSITION_MAX - 1)) * (uint64_t)record_bytes[kind];
    struct unplayed unplayed;
    void *record = kind == UNPLAYED ? (void *)&unplayed : &list->present;
    if (!spill_read(list->records[kind], at, record, record_bytes[kind])) {
        spill_pass_trouble(list->records[kind], list->trouble);
        list->present = (struct conversation){.partial = PARTIAL_NO_SYN};
        return &list->present;
    }
    if (kind == REPLAYABLE)
        return &list->present;
    list->present = (struct conversation){
        .key = unplayed.key,
        .first_ps = unplayed.first_ps,
        .client_isn = unplayed.client_isn,
        .partial = (enum outcome)unplayed.partial,
    };
    memcpy(list->present.client_mac, unplayed.client_mac, sizeof unplayed.client_mac);
    return &list->present;
}

bool conv_list_is_replayable(const struct conv_list *list, size_t index)
{
    assert(index < list->count);
    return list->numbers[index] >> KIND_SHIFT == REPLAYABLE;
}

size_t conv_list_next_replayable(const struct conv_list *list, size_t index)
{
    while (index < list->count && !conv_list_is_replayable(list, index))
        index++;
    return index;
}

uint64_t conv_list_bytes(const struct conv_list *list)
{
    return list->capacity * PAIR * sizeof *list->numbers;
}

uint64_t conv_list_stored_bytes(const struct conv_list *list)
{
    uint64_t bytes = 0;
    for (int kind = 0; kind < KINDS; kind++)
        bytes += spill_bytes(list->records[kind]);
    return bytes;
}
