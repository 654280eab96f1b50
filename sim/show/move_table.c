#include "sim/show/move_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Splits the text at its commas; moves.csv has no quoted field. */
static size_t split(char *text, char *fields[MOVE_TABLE_COLUMNS])
{
    size_t count = 0;
    text[strcspn(text, "\r\n")] = '\0';
    for (char *field; count < MOVE_TABLE_COLUMNS && (field = strsep(&text, ",")) != NULL;)
        fields[count++] = field;
    return count;
}

enum status move_table_open(struct move_table *t, const char *folder, const char *file,
                            const char *known, struct error *err)
{
    *t = (struct move_table){.row = 1};
    if (snprintf(t->path, sizeof t->path, "%s/%s", folder, file) >= (int)sizeof t->path)
        return error_set(err, STATUS_BAD_INPUT, "%s: the name is too long", folder);
    t->file = fopen(t->path, "r");
    if (!t->file)
        return error_set(err, STATUS_BAD_INPUT, "%s: %s", t->path, strerror(errno));
    if (getline(&t->names, &t->names_size, t->file) > 0)
        t->count = split(t->names, t->field);
    bool is_whole = false;
    for (size_t i = 0; i < t->count; i++) {
        t->name[i] = t->field[i];
        is_whole |= strcmp(t->name[i], known) == 0;
    }
    return is_whole
               ? STATUS_OK
               : error_set(err, STATUS_BAD_INPUT, "%s:1: is not the header of %s", t->path, file);
}

bool move_table_next(struct move_table *t, struct error *err)
{
    err->status = STATUS_OK;
    if (getline(&t->line, &t->line_size, t->file) <= 0)
        return false;
    t->row++;
    size_t count = split(t->line, t->field);
    if (count == t->count)
        return true;
    (void)error_set(err, STATUS_BAD_INPUT, "%s:%llu: has %zu columns, the header has %zu", t->path,
                    (unsigned long long)t->row, count, t->count);
    return false;
}

const char *move_table_text(const struct move_table *t, const char *column)
{
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(t->name[i], column) == 0)
            return t->field[i];
    return "";
}

uint64_t move_table_number(const struct move_table *t, const char *column)
{
    const char *text = move_table_text(t, column);
    return text[0] >= '0' && text[0] <= '9' ? strtoull(text, NULL, 10) : TIME_NEVER;
}

void move_table_close(struct move_table *t)
{
    if (t->file)
        (void)fclose(t->file);
    free(t->names);
    free(t->line);
}
