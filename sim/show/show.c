#include "sim/show/show.h"

#include "host-sw/mechanism/mechanism_table.h"
#include "models/stats/samples.h"
#include "sim/floor/move_floor.h"
#include "sim/results/duration_text.h"
#include "sim/show/move_table.h"
#include "sim/show/show_waits.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A phase, its marks, and what happens in it in the words of docs/moves.md. */
static const struct {
    const char *name, *from, *to, *what;
} phases[] = {
    {"detect", "t0_ps", "t2_ps", "the new NIC looks up the frame, and its record reaches the host"},
    {"notify", "t2_ps", "t3_ps", "the host notices the record, and decides"},
    {"queue", "t3_ps", "begun_ps", "the move waits for its turn"},
    {"command", "begun_ps", "t4_ps", "FREEZE reaches the old NIC"},
    {"quiesce", "t4_ps", "t5_ps", "the old NIC stops to process the connection"},
    {"drain", "t5_ps", "t6_ps", "the last DMA and the last frame of the old NIC leave"},
    {"extract", "t6_ps", "t7_ps", "the image reaches the host, or the new NIC"},
    {"decide", "t7_ps", "t8_ps", "the host checks the image and issues INSTALL"},
    {"transfer", "t8_ps", "t9_ps", "the new NIC gets the command and the image"},
    {"install", "t9_ps", "t10_ps", "the new NIC activates the connection"},
    {"reload", "t0_ps", "t10_ps", "all of the above"},
    {"blackout", "t5_ps", "t10_ps", "no NIC serves the connection"},
    {"replay", "t10_ps", "t11_ps", "the new NIC processes the held frames"},
    {"recovery", "t0_ps", "t13_ps", "the peer sends the first frame that uses one of the new NIC"},
};
enum { PHASES = sizeof phases / sizeof phases[0], TEXT_MAX = 64 };

/* The times of a transfer that another one may have to wait for. */
struct span {
    uint64_t from_ps, to_ps;
};

struct show {
    struct sim_config *config;    /* null if the folder does not say */
    struct samples phase[PHASES]; /* of all completed moves, in ns */
    struct span *spans;
    size_t span_count, span_room;
    uint64_t moves;
};

static uint64_t length_ns(const struct move_table *t, size_t phase)
{
    uint64_t from = move_table_number(t, phases[phase].from);
    uint64_t to = move_table_number(t, phases[phase].to);
    return from == TIME_NEVER || to == TIME_NEVER || to < from ? TIME_NEVER
                                                               : (to - from) / PS_PER_NS;
}

static bool is_move(const struct move_table *t)
{
    return strcmp(move_table_text(t, "kind"), "move") == 0;
}

static bool is_completed(const struct move_table *t)
{
    return strcmp(move_table_text(t, "outcome"), "completed") == 0;
}

static bool note_span(struct show *show, const struct move_table *t)
{
    uint64_t from = move_table_number(t, "begun_ps"), to = move_table_number(t, "t10_ps");
    if (from == TIME_NEVER)
        return true;
    if (show->span_count == show->span_room) {
        size_t room = show->span_room ? 2 * show->span_room : 64;
        struct span *spans = realloc(show->spans, room * sizeof *spans);
        if (!spans)
            return false;
        show->spans = spans;
        show->span_room = room;
    }
    show->spans[show->span_count++] = (struct span){from, to};
    return true;
}

static enum status note_row(struct show *show, const struct move_table *t, struct error *err)
{
    if (!note_span(show, t))
        return error_set(err, STATUS_ENVIRONMENT, "out of memory");
    if (!is_move(t))
        return STATUS_OK;
    show->moves++;
    for (size_t i = 0; i < PHASES && is_completed(t); i++) {
        uint64_t ns = length_ns(t, i);
        if (ns != TIME_NEVER)
            samples_add(&show->phase[i], ns);
    }
    return STATUS_OK;
}

/* Reads all rows, for medians and for what else was under way. */
static enum status read_all(struct show *show, const char *folder, struct error *err)
{
    struct move_table table;
    *show = (struct show){.config = move_floor_config(folder)};
    for (size_t i = 0; i < PHASES; i++)
        samples_init(&show->phase[i]);
    enum status status = move_table_open(&table, folder, "moves.csv", "t0_ps", err);
    while (status == STATUS_OK && move_table_next(&table, err))
        status = note_row(show, &table, err);
    if (status == STATUS_OK)
        status = err->status;
    move_table_close(&table);
    return status;
}

static void show_free(struct show *show)
{
    for (size_t i = 0; i < PHASES; i++)
        samples_free(&show->phase[i]);
    free(show->spans);
    free(show->config);
}

/* --- one move --- */

static const char *duration(uint64_t ns, char text[TEXT_MAX])
{
    if (ns == TIME_NEVER)
        (void)snprintf(text, TEXT_MAX, "-");
    else
        duration_text(text, ns);
    return text;
}

static void print_place(FILE *out, const char *place)
{
    (void)fprintf(out, place[0] >= '0' && place[0] <= '9' ? "nic%s" : "%s", place);
}

static void print_trigger(FILE *out, const struct move_table *t)
{
    const char *trigger = move_table_text(t, "trigger"), *policy = move_table_text(t, "policy");
    char at[TEXT_MAX];
    uint64_t t0 = move_table_number(t, "t0_ps");
    (void)duration(t0 == TIME_NEVER ? t0 : t0 / PS_PER_NS, at);
    if (strcmp(trigger, "frame") == 0)
        (void)fprintf(out, "  trigger     frame %s of nic%s.pcap, whose last bit arrived at %s",
                      move_table_text(t, "trigger_frame"), move_table_text(t, "trigger_nic"), at);
    else if (strcmp(trigger, "link") == 0)
        (void)fprintf(out, "  trigger     the link of nic%s changed at %s",
                      move_table_text(t, "trigger_nic"), at);
    else
        (void)fprintf(out, "  trigger     a %s at %s", trigger, at);
    (void)fprintf(out, policy[0] ? "; policy %s decided\n" : "%s\n", policy);
}

static bool begins_with_frame(const struct move_table *t)
{
    uint64_t queued = move_table_number(t, "begun_ps");
    return strcmp(move_table_text(t, "trigger"), "frame") == 0 &&
           queued == move_table_number(t, "t3_ps");
}

/* Returns the floor of a phase in ns, or TIME_NEVER if it has none: floors of what comes before FREEZE, and so of the whole
 * reload, are for moves that a frame causes and that do not wait for their turn. */
static uint64_t floor_ns(const struct show *show, const struct move_table *t, const char *phase)
{
    struct move_floor floor;
    uint64_t to = move_table_number(t, "to");
    if (!show->config || to >= NIC_COUNT ||
        !move_floor(show->config, move_table_text(t, "mechanism"), (unsigned)to, &floor))
        return TIME_NEVER;
    if (strcmp(phase, "blackout") == 0)
        return floor.blackout_ps / PS_PER_NS;
    if (strcmp(phase, "reload") == 0)
        return begins_with_frame(t) ? floor.reload_ps / PS_PER_NS : TIME_NEVER;
    for (unsigned i = 0; i < MOVE_FLOOR_PHASES; i++)
        if (strcmp(move_floor_phase_name(i), phase) == 0)
            return i > MOVE_FLOOR_COMMAND || begins_with_frame(t) ? floor.phase_ps[i] / PS_PER_NS
                                                                  : TIME_NEVER;
    return TIME_NEVER;
}

static void print_phases(FILE *out, const struct move_table *t, struct show *show)
{
    (void)fprintf(out, "  %-11s %12s %12s %12s %12s  %s\n", "phase", "took", "median", "fastest",
                  "floor", "what happens");
    for (size_t i = 0; i < PHASES; i++) {
        char took[TEXT_MAX], median[TEXT_MAX], least[TEXT_MAX], floor[TEXT_MAX];
        struct samples *all = &show->phase[i];
        bool has_any = all->count > 0;
        (void)fprintf(out, "  %-11s %12s %12s %12s %12s  %s\n", phases[i].name,
                      duration(length_ns(t, i), took),
                      duration(has_any ? samples_percentile(all, 500) : TIME_NEVER, median),
                      duration(has_any ? samples_min(all) : TIME_NEVER, least),
                      duration(floor_ns(show, t, phases[i].name), floor), phases[i].what);
    }
}

/* Counts the other transfers that were under way at some time of this one. */
static size_t others_under_way(const struct show *show, const struct move_table *t)
{
    uint64_t from = move_table_number(t, "t3_ps"), to = move_table_number(t, "t10_ps");
    size_t count = 0;
    for (size_t i = 0; from != TIME_NEVER && i < show->span_count; i++)
        count += show->spans[i].from_ps < to && show->spans[i].to_ps > from;
    return count > 0 ? count - 1 : 0;
}

/* Says what was busy for longer than in the least busy move; if that was not measured, or explains nothing, `can` says what
 * can be the reason. */
static void print_reason(FILE *out, const struct move_table *t, const struct show_waits *waits,
                         const char *phase, uint64_t more_ns, const char *can)
{
    char more[TEXT_MAX];
    (void)fprintf(out, "    %-9s %s more than the fastest; ", phase, duration(more_ns, more));
    if (!show_waits_more(out, waits, phase, more_ns * PS_PER_NS / 10, move_table_text(t, "from"),
                         move_table_text(t, "to")))
        (void)fprintf(out, "perhaps %s", can);
    (void)fputs(waits->here ? "\n" : " (outputs.waits measures it)\n", out);
}

/* Says for each phase that took half again as long as the fastest one what can be the reason. */
static void print_waits(FILE *out, const struct move_table *t, struct show *show,
                        const struct show_waits *waits)
{
    static const struct {
        const char *phase, *reason;
    } reasons[] = {
        {"detect", "frames before it in the NIC's pipeline or on its PCIe link"},
        {"notify", "the interrupt or the poll period, or a busy core"},
        {"queue", "other moves: team.moves_outstanding_max were under way"},
        {"command", "a busy core, or commands before it"},
        {"quiesce", "the lock of the context, which a frame or a timer had"},
        {"drain", "DMA and frames of the connection that were under way"},
        {"extract", "a busy PCIe link, or a context that was in DRAM"},
        {"decide", "a busy core"},
        {"transfer", "a busy PCIe link, or commands before it"},
        {"install", "the context cache, which had to evict another context"},
    };
    size_t others = others_under_way(show, t);
    (void)fprintf(out, "  waited      %zu other transfer%s under way meanwhile", others,
                  others == 1 ? " was" : "s were");
    if (strcmp(move_table_text(t, "cold"), "1") == 0)
        (void)fputs("; the context was in the old NIC's DRAM only", out);
    (void)fputc('\n', out);
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        uint64_t ns = length_ns(t, i),
                 least = show->phase[i].count ? samples_min(&show->phase[i]) : ns;
        if (ns != TIME_NEVER && ns > least + least / 2 && ns > least + 20)
            print_reason(out, t, waits, reasons[i].phase, ns - least, reasons[i].reason);
    }
}

static void print_effects(FILE *out, const struct move_table *t)
{
    char gap[TEXT_MAX];
    (void)fprintf(out, "  frames      %s held (%s bytes), %s forwarded, %s dropped\n",
                  move_table_text(t, "held"), move_table_text(t, "held_bytes"),
                  move_table_text(t, "forwarded"), move_table_text(t, "dropped"));
    (void)fprintf(out, "  peer        %s retransmissions, and it got %s duplicate ACKs\n",
                  move_table_text(t, "rexmit_peer"), move_table_text(t, "dup_acks"));
    (void)fprintf(out, "  server      %s retransmissions, %s timeouts",
                  move_table_text(t, "rexmit_own"), move_table_text(t, "rto"));
    if (move_table_text(t, "cwnd_before")[0])
        (void)fprintf(out, "; congestion window %s bytes before, %s after",
                      move_table_text(t, "cwnd_before"),
                      move_table_text(t, "cwnd_after")[0] ? move_table_text(t, "cwnd_after") : "-");
    (void)fputc('\n', out);
    uint64_t ns = move_table_number(t, "service_gap_ns");
    if (ns != TIME_NEVER)
        (void)fprintf(
            out,
            "  gap         %s between the last frame of the old NIC and the first of the new one\n",
            duration(ns, gap));
}

static void print_headline(FILE *out, const struct move_table *t, uint64_t number, uint64_t all)
{
    (void)fprintf(out, "move %" PRIu64 " of %" PRIu64 ": connection %s, ", number, all,
                  move_table_text(t, "conn"));
    print_place(out, move_table_text(t, "from"));
    (void)fputs(" to ", out);
    print_place(out, move_table_text(t, "to"));
    (void)fprintf(out, ", %s, %s%s, generation %s\n", move_table_text(t, "mechanism"),
                  move_table_text(t, "outcome"),
                  strcmp(move_table_text(t, "late"), "1") == 0 ? " and late" : "",
                  move_table_text(t, "generation"));
}

enum status show_move(FILE *out, const char *folder, uint64_t number, struct error *err)
{
    struct show show;
    struct move_table table;
    enum status status = read_all(&show, folder, err);
    if (status == STATUS_OK && (number == 0 || number > show.moves))
        status = error_set(
            err, STATUS_BAD_INPUT, "%s: has no move %" PRIu64 "; it has %" PRIu64 "%s", folder,
            number, show.moves,
            show.moves ? ", counted from 1" : ": try --port-policy alternate, or switch.rehash");
    if (status == STATUS_OK)
        status = move_table_open(&table, folder, "moves.csv", "t0_ps", err);
    if (status == STATUS_OK) {
        for (uint64_t n = 0; n < number && move_table_next(&table, err);)
            n += is_move(&table);
        struct show_waits waits;
        status = show_waits_read(&waits, folder, move_table_number(&table, "conn"),
                                 move_table_number(&table, "begun_ps"), err);
        print_headline(out, &table, number, show.moves);
        print_trigger(out, &table);
        print_phases(out, &table, &show);
        print_waits(out, &table, &show, &waits);
        show_waits_print(out, &waits, move_table_text(&table, "from"),
                         move_table_text(&table, "to"));
        print_effects(out, &table);
        move_table_close(&table);
    }
    show_free(&show);
    return status;
}

enum status show_moves(FILE *out, const char *folder, struct error *err)
{
    struct move_table table;
    uint64_t number = 0;
    enum status status = move_table_open(&table, folder, "moves.csv", "t0_ps", err);
    if (status == STATUS_OK)
        (void)fprintf(out, "%6s %10s %12s %-16s %12s %12s  %s\n", "move", "connection", "from to",
                      "mechanism", "reload", "blackout", "outcome");
    while (status == STATUS_OK && move_table_next(&table, err)) {
        char reload[TEXT_MAX], blackout[TEXT_MAX], way[TEXT_MAX];
        if (!is_move(&table))
            continue;
        (void)snprintf(way, sizeof way, "nic%.8s nic%.8s", move_table_text(&table, "from"),
                       move_table_text(&table, "to"));
        (void)fprintf(out, "%6" PRIu64 " %10s %12s %-16s %12s %12s  %s\n", ++number,
                      move_table_text(&table, "conn"), way, move_table_text(&table, "mechanism"),
                      duration(length_ns(&table, 10), reload),
                      duration(length_ns(&table, 11), blackout),
                      move_table_text(&table, "outcome"));
    }
    if (status == STATUS_OK)
        status = err->status;
    move_table_close(&table);
    return status;
}

enum status show_floors(FILE *out, const char *folder, struct error *err)
{
    struct sim_config *config = move_floor_config(folder);
    const char *mechanism = config ? mechanism_table[config->team.mechanism]->name : "";
    struct move_floor floor;
    enum status status = STATUS_OK;
    if (!config)
        status = error_set(err, STATUS_BAD_INPUT, "%s/effective.yaml: is missing, or not readable",
                           folder);
    else if (!move_floor(config, mechanism, 0, &floor))
        status = error_set(err, STATUS_BAD_INPUT, "mechanism %s has no floor", mechanism);
    if (status == STATUS_OK)
        (void)fputs("mechanism,to,phase,floor_ps\n", out);
    for (unsigned to = 0; to < NIC_COUNT && status == STATUS_OK; to++) {
        (void)move_floor(config, mechanism, to, &floor);
        for (unsigned i = 0; i < MOVE_FLOOR_PHASES; i++)
            (void)fprintf(out, "%s,%u,%s,%" PRIu64 "\n", mechanism, to, move_floor_phase_name(i),
                          floor.phase_ps[i]);
        (void)fprintf(out, "%s,%u,blackout,%" PRIu64 "\n", mechanism, to, floor.blackout_ps);
        (void)fprintf(out, "%s,%u,reload,%" PRIu64 "\n", mechanism, to, floor.reload_ps);
    }
    free(config);
    return status;
}
