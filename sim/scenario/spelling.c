#include "sim/scenario/spelling.h"

#include <string.h>

enum { DISTANCE_MAX = 3 };

/* Returns the number of edits (insert, delete, replace) that turn a into b. Both are shorter
 * than SPELLING_MAX. */
static unsigned edit_distance(const char *a, const char *b)
{
    unsigned row[SPELLING_MAX + 1];
    size_t b_len = strlen(b);
    for (size_t j = 0; j <= b_len; j++)
        row[j] = (unsigned)j;
    for (size_t i = 0; a[i]; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i + 1;
        for (size_t j = 0; j < b_len; j++) {
            unsigned replace = diagonal + (a[i] != b[j]);
            unsigned other = 1 + (row[j] < row[j + 1] ? row[j] : row[j + 1]);
            diagonal = row[j + 1];
            row[j + 1] = replace < other ? replace : other;
        }
    }
    return row[b_len];
}

static const char *last_step(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? dot + 1 : path;
}

void spelling_init(struct spelling *spelling, const char *wrong)
{
    *spelling = (struct spelling){.wrong = wrong, .distance = DISTANCE_MAX + 1};
}

void spelling_offer(struct spelling *spelling, const char *known)
{
    size_t len = strlen(spelling->wrong);
    if (len >= SPELLING_MAX || strlen(known) >= SPELLING_MAX)
        return;
    unsigned distance = edit_distance(spelling->wrong, known);
    if (distance < spelling->distance && distance * 3 < len) {
        spelling->distance = distance;
        (void)strcpy(spelling->best, known);
    }
    if (!spelling->same_end[0] && strcmp(last_step(known), last_step(spelling->wrong)) == 0)
        (void)strcpy(spelling->same_end, known);
}

const char *spelling_nearest(const struct spelling *spelling)
{
    if (spelling->best[0])
        return spelling->best;
    return spelling->same_end[0] ? spelling->same_end : NULL;
}
