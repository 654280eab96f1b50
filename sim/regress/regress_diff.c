#include "sim/regress/regress_diff.h"

#include "sim/regress/regress.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 16, PATH_MAX_BYTES = 512, VALUE_MAX = 160 };

struct level {
    const json_t *golden, *now;
    const char **keys; /* the keys of both objects, sorted; null for arrays */
    size_t count, next;
    size_t path_len;
};

struct walk {
    struct level levels[DEPTH_MAX];
    size_t depth;
    char path[PATH_MAX_BYTES];
};

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t add_keys(const json_t *object, const char **keys, size_t count)
{
    for (void *i = json_object_iter((json_t *)(uintptr_t)object); i;
         i = json_object_iter_next((json_t *)(uintptr_t)object, i))
        keys[count++] = json_object_iter_key(i);
    return count;
}

/* Collects the keys that are in at least one of the objects, each one once. */
static void collect_keys(struct level *f)
{
    size_t most = json_object_size(f->golden) + json_object_size(f->now);
    f->keys = malloc((most + 1) * sizeof *f->keys);
    if (!f->keys)
        abort();
    size_t count = add_keys(f->now, f->keys, add_keys(f->golden, f->keys, 0));
    qsort(f->keys, count, sizeof *f->keys, by_name);
    f->count = 0;
    for (size_t i = 0; i < count; i++)
        if (i == 0 || strcmp(f->keys[i], f->keys[f->count - 1]) != 0)
            f->keys[f->count++] = f->keys[i];
}

static bool push(struct walk *w, const json_t *golden, const json_t *now)
{
    if (w->depth == DEPTH_MAX)
        return false;
    struct level *f = &w->levels[w->depth++];
    *f = (struct level){.golden = golden, .now = now, .path_len = strlen(w->path)};
    if (json_is_object(golden))
        collect_keys(f);
    else
        f->count = json_array_size(golden) > json_array_size(now) ? json_array_size(golden)
                                                                  : json_array_size(now);
    return true;
}

static void describe(const json_t *value, char text[VALUE_MAX])
{
    char *dumped = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    (void)snprintf(text, VALUE_MAX, "%s", dumped ? dumped : "missing");
    free(dumped);
}

static void report(const struct walk *w, const json_t *golden, const json_t *now, char *text,
                   size_t size)
{
    char a[VALUE_MAX], b[VALUE_MAX];
    describe(golden, a);
    describe(now, b);
    (void)snprintf(text, size, "%s: golden %s, now %s", w->path[0] ? w->path : "(all)", a, b);
}

/* Steps to the next child of the topmost level. Returns false if there is none left. */
static bool step(struct walk *w, const json_t **golden, const json_t **now)
{
    struct level *f = &w->levels[w->depth - 1];
    if (f->next == f->count)
        return false;
    size_t i = f->next++;
    size_t space = sizeof w->path - f->path_len;
    if (f->keys) {
        (void)snprintf(w->path + f->path_len, space, "%s%s", f->path_len ? "." : "", f->keys[i]);
        *golden = json_object_get(f->golden, f->keys[i]);
        *now = json_object_get(f->now, f->keys[i]);
    } else {
        (void)snprintf(w->path + f->path_len, space, "[%zu]", i);
        *golden = json_array_get(f->golden, i);
        *now = json_array_get(f->now, i);
    }
    return true;
}

bool regress_first_difference(const json_t *golden, const json_t *now, char *text, size_t size)
{
    struct walk w = {.depth = 0};
    bool differs = false;
    for (;;) {
        bool containers = golden && now && json_typeof(golden) == json_typeof(now) &&
                          (json_is_object(golden) || json_is_array(golden));
        bool entered = containers && push(&w, golden, now);
        if (!entered && (!golden || !now || !json_equal(golden, now))) {
            report(&w, golden, now, text, size);
            differs = true;
            break;
        }
        while (w.depth > 0 && !step(&w, &golden, &now))
            free(w.levels[--w.depth].keys);
        if (w.depth == 0)
            break;
    }
    while (w.depth > 0)
        free(w.levels[--w.depth].keys);
    return differs;
}
