#include "sim/results/results_violation.h"

#include "sim/results/results.h"
#include "sim/results/results_files.h"

#include "models/check/event_fields.h"
#include "models/check/violation.h"

#include <stdio.h>
#include <stdlib.h>

static json_t *event_json(const struct probe_event *event)
{
    struct event_field fields[EVENT_FIELDS_MAX];
    size_t count = event_fields(event, fields);
    json_t *json = json_pack("{s:I, s:s, s:i, s:i}", "time_ps", (json_int_t)event->now_ps, "event",
                             probe_kind_name((enum probe_kind)event->kind), "nic", (int)event->nic,
                             "generation", (int)event->gen);
    for (size_t i = 0; i < count; i++) {
        json_t *value = fields[i].text ? json_string(fields[i].text)
                                       : json_integer((json_int_t)fields[i].value);
        (void)json_object_set_new(json, fields[i].name, value);
    }
    return json;
}

static json_t *violation_json(const struct check_violation *violation)
{
    const struct probe_event *event = &violation->event;
    json_t *events = json_array();
    for (size_t i = 0; i < violation->last_count; i++)
        (void)json_array_append_new(events, event_json(&violation->last[i]));
    json_t *conn = event->conn == PROBE_NO_CONN ? json_null() : json_integer(event->conn);
    return json_pack("{s:s, s:s, s:s, s:s, s:I, s:o, s:i, s:i, s:o}", "schema",
                     "toesim.violation/1", "invariant", violation->key, "rule", violation->rule,
                     "detail", violation->detail, "time_ps", (json_int_t)event->now_ps,
                     "connection", conn, "nic", (int)event->nic, "generation", (int)event->gen,
                     "events", events);
}

static enum status write_text(const char *dir, const struct check_violation *violation,
                              struct error *err)
{
    char *text = NULL;
    size_t len = 0;
    FILE *memory = open_memstream(&text, &len);
    if (!memory)
        return error_set(err, STATUS_ENVIRONMENT, "violation.txt: out of memory");
    violation_print(violation, memory);
    bool good = fclose(memory) == 0;
    enum status status = good ? results_write_text(dir, "violation.txt", text, len, err)
                              : error_set(err, STATUS_ENVIRONMENT, "violation.txt: out of memory");
    free(text);
    return status;
}

enum status results_write_violation(const char *dir, const struct results_input *in,
                                    struct error *err)
{
    const struct check_violation *violation = check_first_violation(in->check);
    if (!violation)
        return STATUS_OK;
    enum status status = write_text(dir, violation, err);
    if (status != STATUS_OK)
        return status;
    json_t *json = violation_json(violation);
    status = results_write_json(dir, "violation.json", json, err);
    json_decref(json);
    return status;
}
