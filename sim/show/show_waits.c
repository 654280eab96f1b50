#include "sim/show/show_waits.h"

#include "models/base/units.h"
#include "sim/results/duration_text.h"
#include "sim/show/move_table.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_ROOM = 4096, TEXT_ROOM = 64 };

static const char *const columns[WAIT_COLUMN_COUNT] = {
#define X(id, column, text) [WAIT_##id] = column,
    WAIT_COLUMNS(X)
#undef X
};

static bool find_phase(const char *name, unsigned *phase)
{
    for (unsigned i = 0; i < MOVE_PHASE_COUNT; i++)
        if (strcmp(name, move_phase_name((enum move_phase)i)) == 0) {
            *phase = i;
            return true;
        }
    return false;
}

static void take_row(struct show_waits *waits, const struct move_table *t, unsigned phase,
                     bool is_own)
{
    for (unsigned i = 0; i < WAIT_COLUMN_COUNT; i++) {
        uint64_t ps = move_table_number(t, columns[i]);
        uint64_t *least_ps = &waits->phase[phase].least_ps[i];
        *least_ps = waits->phase[phase].any ? u64_min(*least_ps, ps) : ps;
        if (is_own)
            waits->phase[phase].own_ps[i] = ps;
    }
    waits->phase[phase].any = true;
    waits->phase[phase].own |= is_own;
}

static enum status check_row(const struct move_table *t, unsigned *phase, struct error *err)
{
    bool is_good = find_phase(move_table_text(t, "phase"), phase);
    for (unsigned i = 0; i < WAIT_COLUMN_COUNT; i++)
        is_good = is_good && move_table_number(t, columns[i]) != TIME_NEVER;
    return is_good ? STATUS_OK
                   : error_set(err, STATUS_BAD_INPUT, "%s:%llu: is not a row of waits.csv", t->path,
                               (unsigned long long)t->row);
}

enum status show_waits_read(struct show_waits *waits, const char *folder, uint64_t conn,
                            uint64_t begun_ps, struct error *err)
{
    struct move_table table;
    char path[PATH_ROOM];
    unsigned phase = 0;
    *waits = (struct show_waits){.here = false};
    (void)snprintf(path, sizeof path, "%s/waits.csv", folder);
    if (access(path, F_OK) != 0)
        return STATUS_OK;
    enum status status = move_table_open(&table, folder, "waits.csv", "core_ps", err);
    waits->here = status == STATUS_OK;
    while (status == STATUS_OK && move_table_next(&table, err)) {
        status = check_row(&table, &phase, err);
        if (status == STATUS_OK)
            take_row(waits, &table, phase,
                     move_table_number(&table, "conn") == conn &&
                         move_table_number(&table, "begun_ps") == begun_ps);
    }
    if (status == STATUS_OK)
        status = err->status;
    move_table_close(&table);
    return status;
}

/* Writes what the column stands for, with the places of this move. */
static void print_what(FILE *out, enum wait_column column, const char *from, const char *to)
{
    static const struct {
        const char *text;
        bool is_new;
        const char *behind;
    } names[WAIT_COLUMN_COUNT] = {
        [WAIT_CORE] = {"software", false, NULL},
        [WAIT_OLD_UP] = {"PCIe of nic", false, " to the host"},
        [WAIT_OLD_DOWN] = {"PCIe of nic", false, " from the host"},
        [WAIT_NEW_UP] = {"PCIe of nic", true, " to the host"},
        [WAIT_NEW_DOWN] = {"PCIe of nic", true, " from the host"},
        [WAIT_OLD_CACHE] = {"its operations on the cache of nic", false, ""},
        [WAIT_NEW_CACHE] = {"its operations on the cache of nic", true, ""},
        [WAIT_OLD_QUEUE] = {"its commands waiting in nic", false, ""},
        [WAIT_NEW_QUEUE] = {"its commands waiting in nic", true, ""},
    };
    (void)fputs(names[column].text, out);
    if (names[column].behind)
        (void)fprintf(out, "%s%s", names[column].is_new ? to : from, names[column].behind);
}

void show_waits_print(FILE *out, const struct show_waits *waits, const char *from, const char *to)
{
    char text[TEXT_ROOM];
    if (!waits->here)
        return;
    (void)fputs("  busy meanwhile (waits.csv)\n", out);
    for (unsigned phase = 0; phase < MOVE_PHASE_COUNT; phase++) {
        const char *comma = "";
        if (!waits->phase[phase].own)
            continue;
        (void)fprintf(out, "    %-9s ", move_phase_name((enum move_phase)phase));
        for (unsigned i = 0; i < WAIT_COLUMN_COUNT; i++) {
            uint64_t ns = waits->phase[phase].own_ps[i] / PS_PER_NS;
            if (ns == 0)
                continue;
            (void)fputs(comma, out);
            print_what(out, (enum wait_column)i, from, to);
            duration_text(text, ns);
            (void)fprintf(out, " %s", text);
            comma = ", ";
        }
        (void)fputs(comma[0] ? "\n" : "nothing\n", out);
    }
}

bool show_waits_more(FILE *out, const struct show_waits *waits, const char *phase, uint64_t min_ps,
                     const char *from, const char *to)
{
    char text[TEXT_ROOM];
    unsigned at = 0;
    const char *comma = "";
    if (!waits->here || !find_phase(phase, &at) || !waits->phase[at].own)
        return false;
    for (unsigned i = 0; i < WAIT_COLUMN_COUNT; i++) {
        uint64_t more_ps = waits->phase[at].own_ps[i] - waits->phase[at].least_ps[i];
        if (more_ps < min_ps)
            continue;
        (void)fputs(comma[0] ? comma : "busy meanwhile: ", out);
        print_what(out, (enum wait_column)i, from, to);
        duration_text(text, more_ps / PS_PER_NS);
        (void)fprintf(out, " %s more", text);
        comma = ", ";
    }
    return comma[0] != '\0';
}
