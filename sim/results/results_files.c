#include "sim/results/results_files.h"
#include "host-sw/transfer/nic_places.h"

#include "sim/results/results.h"

#include "host-sw/mechanism/mechanism.h"
#include "host-sw/mechanism/mechanism_table.h"
#include "host-sw/transfer/place.h"
#include "models/base/publish.h"
#include "models/hwif/ctx_enums.h"
#include "models/hwif/term_cause.h"
#include "sim/run/version.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum status out_open(struct publish *out, const char *dir, const char *name,
                            struct error *err)
{
    char path[PUBLISH_PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path)
        return error_set(err, STATUS_ENVIRONMENT, "%s: the name is too long", dir);
    return publish_open(out, path, err);
}

enum status results_write_json(const char *dir, const char *name, const json_t *json,
                               struct error *err)
{
    struct publish out;
    enum status status = out_open(&out, dir, name, err);
    if (status != STATUS_OK)
        return status;
    (void)json_dumpf(json, out.stream, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    (void)fputc('\n', out.stream);
    return publish_close(&out, err);
}

enum status results_write_text(const char *dir, const char *name, const char *text, size_t len,
                               struct error *err)
{
    struct publish out;
    enum status status = out_open(&out, dir, name, err);
    if (status != STATUS_OK)
        return status;
    (void)fwrite(text, 1, len, out.stream);
    return publish_close(&out, err);
}

enum status results_write_stats(const char *dir, const json_t *stats, struct error *err)
{
    return results_write_json(dir, "stats.json", stats, err);
}

enum status results_write_perf(const char *dir, const struct results_perf *perf,
                               const struct results_input *in, struct error *err)
{
    uint64_t wall_us = perf->wall_us ? perf->wall_us : 1;
    json_t *json = json_pack(
        "{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "schema", "toesim.perf/2",
        "version", TOESIM_VERSION, "wall_us", (json_int_t)perf->wall_us, "reading_us",
        (json_int_t)perf->reading_us, "cpu_us", (json_int_t)perf->cpu_us, "sim_time_ps",
        (json_int_t)in->sim_time_ps, "frames", (json_int_t)perf->frames, "frames_per_second",
        (json_int_t)(perf->frames * 1000000 / wall_us), "cache_cycles_run",
        (json_int_t)perf->cycles_run, "cache_step_ns", (json_int_t)perf->cache_ns, "kernel_events",
        (json_int_t)perf->kernel_events, "memory_peak_kib", (json_int_t)perf->memory_peak_kib);
    enum status status = results_write_json(dir, "perf.json", json, err);
    json_decref(json);
    return status;
}

static void print_trigger(FILE *file, const struct move_row *row)
{
    static const char *const kinds[] = {[TRIGGER_NONE] = "none",
                                        [TRIGGER_FRAME] = "frame",
                                        [TRIGGER_LINK] = "link",
                                        [TRIGGER_CALL] = "call",
                                        [TRIGGER_TIMER] = "timer"};
    enum trigger_kind kind = (enum trigger_kind)row->trigger.kind;
    (void)fprintf(file, "%s,", kinds[kind]);
    if (kind == TRIGGER_FRAME || kind == TRIGGER_LINK)
        (void)fprintf(file, "%u", row->trigger.port);
    (void)fputc(',', file);
    if (kind == TRIGGER_FRAME)
        (void)fprintf(file, "%llu", (unsigned long long)row->trigger_number);
}

static void print_place(FILE *file, unsigned place)
{
    if (place_is_nic(place))
        (void)fprintf(file, "%u,", place);
    else
        (void)fprintf(file, "%s,", place == PLACE_HOST ? "host" : "memory");
}

/* Prints the next column, which is empty for TIME_NEVER. */
static void print_number(FILE *file, uint64_t number)
{
    if (number == TIME_NEVER)
        (void)fputc(',', file);
    else
        (void)fprintf(file, ",%llu", (unsigned long long)number);
}

/* Prints the columns of the mechanism's own marks. Only the scenario's mechanism has columns,
 * and a transfer by another mechanism leaves them empty. */
static void print_own_marks(FILE *file, const struct move_row *row,
                            const struct mechanism_ops *chosen)
{
    bool is_its = strcmp(row->mechanism, chosen->name) == 0;
    for (size_t i = 0; i < mechanism_mark_count(chosen); i++)
        print_number(file, is_its ? row->own_ps[i] : TIME_NEVER);
}

/* Prints the columns behind `forwarded` and before the marks. */
static void print_cost(FILE *file, const struct move_row *row, const struct move_cost *cost)
{
    (void)fprintf(file, ",%llu,%llu", (unsigned long long)cost->count[COST_DROPPED],
                  (unsigned long long)row->held_bytes);
    static const uint8_t shown[] = {COST_DUP_ACK, COST_REXMIT_PEER, COST_REXMIT_OWN, COST_RTO};
    for (size_t i = 0; i < sizeof shown; i++)
        (void)fprintf(file, ",%llu", (unsigned long long)cost->count[shown[i]]);
    print_number(file, cost->has_image ? cost->cwnd_before : TIME_NEVER);
    print_number(file, cost->has_after ? cost->cwnd_after : TIME_NEVER);
    print_number(file, cost->gap_ps == TIME_NEVER ? TIME_NEVER : cost->gap_ps / PS_PER_NS);
}

static void print_move(FILE *file, const struct move_log *log, size_t index,
                       const struct mechanism_ops *chosen)
{
    const struct move_row *row = move_log_row(log, index);
    static const char *const kinds[TRANSFER_KIND_COUNT] = {
#define X(id, key, text) key,
        TRANSFER_KINDS(X)
#undef X
    };
    static const char *const outcomes[MOVE_OUTCOME_COUNT] = {[MOVE_RUNNING] = "open",
                                                             [MOVE_COMPLETED] = "completed",
                                                             [MOVE_FAILED] = "failed",
                                                             [MOVE_CANCELLED] = "cancelled"};
    (void)fprintf(file, "%u,%u,", row->conn, row->gen);
    print_trigger(file, row);
    (void)fprintf(file, ",%s,%s,%s,", kinds[row->kind], row->mechanism,
                  row->trigger.policy ? row->trigger.policy : "");
    print_place(file, row->source);
    print_place(file, row->destination);
    (void)fprintf(file, "%s,%d,%d,%u,%u", outcomes[row->outcome], row->late, row->cold, row->held,
                  row->forwarded);
    print_cost(file, row, move_log_cost(log, index));
    for (int m = 0; m < MOVE_TIMES; m++)
        print_number(file, row->mark_ps[m]);
    print_own_marks(file, row, chosen);
    (void)fputc('\n', file);
}

enum status results_write_moves(const char *dir, const struct results_input *in, struct error *err)
{
    struct publish out;
    enum status status = out_open(&out, dir, "moves.csv", err);
    if (status != STATUS_OK)
        return status;
    (void)fprintf(out.stream, "conn,generation,trigger,trigger_nic,trigger_frame,kind,mechanism,"
                              "policy,from,to,outcome,late,cold,held,forwarded,dropped,"
                              "held_bytes,dup_acks,rexmit_peer,rexmit_own,rto,cwnd_before,"
                              "cwnd_after,service_gap_ns");
    for (int m = 0; m < MOVE_MARKS; m++)
        (void)fprintf(out.stream, ",t%d_ps", m);
    (void)fprintf(out.stream, ",begun_ps");
    const struct mechanism_ops *chosen = mechanism_table[in->config->team.mechanism];
    for (size_t i = 0; i < mechanism_mark_count(chosen); i++)
        (void)fprintf(out.stream, ",m_%s", chosen->marks[i].name);
    (void)fputc('\n', out.stream);
    for (size_t i = 0; i < move_log_count(in->moves); i++)
        print_move(out.stream, in->moves, i, chosen);
    return publish_close(&out, err);
}

/* Prints an address. IPv4-mapped addresses are printed as IPv4. */
static void print_address(FILE *file, const uint8_t address[16], uint16_t port, uint8_t ip_version)
{
    char text[INET6_ADDRSTRLEN] = "";
    if (ip_version == 4)
        (void)inet_ntop(AF_INET, address + 12, text, sizeof text);
    else
        (void)inet_ntop(AF_INET6, address, text, sizeof text);
    (void)fprintf(file, ip_version == 4 ? "%s:%u" : "[%s]:%u", text, port);
}

size_t results_outcome_of(const struct results_input *in, const struct flow_key *key,
                          enum outcome *outcome, const char **why)
{
    *outcome = OUTCOME_OPEN;
    *why = "";
    if (in->replay) {
        size_t index = in->replay->find(in->replay->self, key);
        if (index != SIZE_MAX) {
            const struct conv_result *result = replay_side_result(in->replay, index);
            *outcome = result->outcome;
            *why = result->why;
        }
        return index;
    }
    if (!in->gen || gen_peer_find(in->gen, key) == UINT32_MAX)
        return SIZE_MAX;
    uint32_t index = gen_peer_find(in->gen, key);
    *outcome = gen_peer_outcome(in->gen, index);
    return index;
}

/* Prints the number of the row's conversation, its outcome and the reason. The columns are empty
 * for connections of the caller of libtoesim. */
static void print_outcome(FILE *file, const struct results_input *in, const struct flow_key *key)
{
    enum outcome outcome;
    const char *why;
    size_t index = results_outcome_of(in, key, &outcome, &why);
    if (index == SIZE_MAX)
        (void)fprintf(file, ",,,");
    else
        (void)fprintf(file, ",%zu,%s%s,%s", index, outcome_is_partial(outcome) ? "partial." : "",
                      outcome_key(outcome), why);
}

static void print_conn(FILE *file, const struct results_input *in, size_t row)
{
    static const char *const states[DIR_STATE_COUNT] = {
        "free", "opening", "active", "freezing", "installing", "inactive", "closing", "time_wait"};
    struct dir_view view;
    host_sw_conn_row(in->host_sw, row, &view);
    (void)fprintf(file, "%zu,", row);
    print_address(file, view.key.raddr, view.key.rport, view.key.ip_version);
    (void)fputc(',', file);
    print_address(file, view.key.laddr, view.key.lport, view.key.ip_version);
    static const char *const causes[] = {
#define X(id, name) name,
        NIC_TERM_CAUSES(X)
#undef X
    };
    assert((unsigned)view.cause < (unsigned)NIC_TERM_CAUSE_COUNT);
    (void)fprintf(file, ",%u,%s,%s,%u,%u,%u,%llu,%llu,%llu,%llu,%llu,%s",
                  view.key.vlan & VLAN_VID_MASK, states[view.state],
                  view.owner == PLACE_HOST ? "host"
                  : view.owner             ? "1"
                                           : "0",
                  view.rx_if, view.gen, view.moves, (unsigned long long)view.opened_ps,
                  (unsigned long long)view.last_rx_ps, (unsigned long long)view.closed_ps,
                  (unsigned long long)view.rx_bytes, (unsigned long long)view.tx_bytes,
                  view.cause == NIC_TERM_NONE ? "none" : causes[view.cause]);
    print_outcome(file, in, &view.key);
    (void)fprintf(file, ",%s\n", host_reason_key(view.host_reason));
}

enum status results_write_conns(const char *dir, const struct results_input *in, struct error *err)
{
    struct publish out;
    enum status status = out_open(&out, dir, "conns.csv", err);
    if (status != STATUS_OK)
        return status;
    (void)fprintf(out.stream,
                  "row,remote,local,vlan,state,owner,rx_if,generation,moves,opened_ps,"
                  "last_rx_ps,closed_ps,rx_bytes,tx_bytes,cause,conversation,outcome,why,"
                  "host_reason\n");
    for (size_t row = 0; row < host_sw_conn_rows(in->host_sw); row++)
        print_conn(out.stream, in, row);
    return publish_close(&out, err);
}

/* Writes a row for each set that was used. The rows are a heat map of the caches. */
enum status results_write_cache_sets(const char *dir, const struct results_input *in,
                                     struct error *err)
{
    struct publish out;
    enum status status = out_open(&out, dir, "cache_sets.csv", err);
    if (status != STATUS_OK)
        return status;
    (void)fprintf(out.stream, "nic,set,hits,misses,evictions\n");
    for (int nic = 0; nic < NIC_COUNT; nic++) {
        for (uint32_t i = 0; in->cache_sets[nic] && i < in->cache_set_count[nic]; i++) {
            const struct ctx_set_stats *set = &in->cache_sets[nic][i];
            if (set->hits + set->misses + set->evictions > 0)
                (void)fprintf(out.stream, "%d,%u,%llu,%llu,%llu\n", nic, i,
                              (unsigned long long)set->hits, (unsigned long long)set->misses,
                              (unsigned long long)set->evictions);
        }
    }
    return publish_close(&out, err);
}
