#include "sim/regress/wavediff_dump.h"

#include "sim/regress/wavediff.h"

#include <fstapi.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SCOPE_PATH_MAX = 4096 };

struct signal {
    char *path;
    uint32_t width;
    fstHandle handle;
};

struct change {
    size_t signal; /* index in the sorted list */
    /* The order of arrival, which several changes of one signal at the same time keep. */
    size_t order;
    char *value;
};

struct dump {
    FILE *out;
    struct signal *signals;
    size_t signal_count, signal_capacity;
    size_t *first; /* for each handle the index in by_handle of its first signal */
    size_t *by_handle;
    size_t handle_count;
    uint64_t time;
    struct change *changes; /* all changes at this time */
    size_t change_count, change_capacity;
};

/* If memory is exhausted, the child ends, and the parent reports the file as unreadable. */
static void *grow(void *array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return array;
    *capacity = *capacity ? 2 * *capacity : 256;
    void *grown = realloc(array, *capacity * size);
    if (!grown)
        exit(EXIT_FAILURE);
    return grown;
}

/* --- signals --- */

static void add_signal(struct dump *d, const char *scope, const struct fstHierVar *var)
{
    d->signals = grow(d->signals, d->signal_count, &d->signal_capacity, sizeof *d->signals);
    struct signal *signal = &d->signals[d->signal_count++];
    if (asprintf(&signal->path, "%s%s%s", scope, scope[0] ? "." : "", var->name) < 0)
        exit(EXIT_FAILURE);
    signal->width = var->length;
    signal->handle = var->handle;
}

static void read_hierarchy(struct dump *d, void *fst)
{
    static char scope[SCOPE_PATH_MAX];
    size_t len = 0;
    scope[0] = '\0';
    for (const struct fstHier *h; (h = fstReaderIterateHier(fst)) != NULL;) {
        if (h->htyp == FST_HT_SCOPE) {
            int added =
                snprintf(scope + len, sizeof scope - len, "%s%s", len ? "." : "", h->u.scope.name);
            if (added < 0 || len + (size_t)added >= sizeof scope)
                exit(EXIT_FAILURE);
            len += (size_t)added;
        } else if (h->htyp == FST_HT_UPSCOPE) {
            char *dot = strrchr(scope, '.');
            len = dot ? (size_t)(dot - scope) : 0;
            scope[len] = '\0';
        } else if (h->htyp == FST_HT_VAR) {
            add_signal(d, scope, &h->u.var);
        }
    }
}

static int by_path(const void *a, const void *b)
{
    const struct signal *x = a, *y = b;
    int order = strcmp(x->path, y->path);
    return order ? order : (x->handle > y->handle) - (x->handle < y->handle);
}

/* Aliases share a handle, so each change of a handle is a change of all its signals. */
static void index_handles(struct dump *d, fstHandle handle_max)
{
    d->handle_count = (size_t)handle_max + 2;
    d->first = calloc(d->handle_count + 1, sizeof *d->first);
    d->by_handle = calloc(d->signal_count + 1, sizeof *d->by_handle);
    if (!d->first || !d->by_handle)
        exit(EXIT_FAILURE);
    for (size_t i = 0; i < d->signal_count; i++) {
        if (d->signals[i].handle >= d->handle_count)
            exit(EXIT_FAILURE);
        d->first[d->signals[i].handle + 1]++;
    }
    for (size_t h = 1; h <= d->handle_count; h++)
        d->first[h] += d->first[h - 1];
    size_t *next = malloc((d->handle_count + 1) * sizeof *next);
    if (!next)
        exit(EXIT_FAILURE);
    memcpy(next, d->first, (d->handle_count + 1) * sizeof *next);
    for (size_t i = 0; i < d->signal_count; i++)
        d->by_handle[next[d->signals[i].handle]++] = i;
    free(next);
}

/* --- changes --- */

static int by_signal(const void *a, const void *b)
{
    const struct change *x = a, *y = b;
    if (x->signal != y->signal)
        return x->signal < y->signal ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

static void flush(struct dump *d)
{
    if (d->change_count)
        qsort(d->changes, d->change_count, sizeof *d->changes, by_signal);
    for (size_t i = 0; i < d->change_count; i++) {
        (void)fprintf(d->out, "C %" PRIu64 " %s %s\n", d->time,
                      d->signals[d->changes[i].signal].path, d->changes[i].value);
        free(d->changes[i].value);
    }
    d->change_count = 0;
}

static void on_change_len(void *self, uint64_t time, fstHandle handle, const unsigned char *value,
                          uint32_t len)
{
    struct dump *d = self;
    if (time != d->time)
        flush(d);
    d->time = time;
    if (handle >= d->handle_count)
        exit(EXIT_FAILURE);
    for (size_t i = d->first[handle]; i < d->first[handle + 1]; i++) {
        d->changes = grow(d->changes, d->change_count, &d->change_capacity, sizeof *d->changes);
        char *copy = malloc((size_t)len + 1);
        if (!copy)
            exit(EXIT_FAILURE);
        for (uint32_t k = 0; k < len; k++) /* a control character must not break the line */
            copy[k] = value[k] > ' ' && value[k] < 0x7f ? (char)value[k] : '?';
        copy[len] = '\0';
        d->changes[d->change_count] = (struct change){d->by_handle[i], d->change_count, copy};
        d->change_count++;
    }
}

static void on_change(void *self, uint64_t time, fstHandle handle, const unsigned char *value)
{
    on_change_len(self, time, handle, value, (uint32_t)strlen((const char *)value));
}

int wavediff_dump(const char *path, FILE *out)
{
    struct dump d = {.out = out};
    void *fst = fstReaderOpen(path);
    if (!fst)
        return 0;
    read_hierarchy(&d, fst);
    if (d.signal_count)
        qsort(d.signals, d.signal_count, sizeof *d.signals, by_path);
    index_handles(&d, fstReaderGetMaxHandle(fst));
    for (size_t i = 0; i < d.signal_count; i++)
        (void)fprintf(out, "S %s %" PRIu32 "\n", d.signals[i].path, d.signals[i].width);
    (void)fprintf(out, "T %d\n", fstReaderGetTimescale(fst));
    fstReaderSetFacProcessMaskAll(fst);
    int good = fstReaderIterBlocks2(fst, on_change, on_change_len, &d, NULL);
    flush(&d);
    fstReaderClose(fst);
    for (size_t i = 0; i < d.signal_count; i++)
        free(d.signals[i].path);
    free(d.signals);
    free(d.first);
    free(d.by_handle);
    free(d.changes);
    return good && fflush(out) == 0 && !ferror(out);
}
