/* Tests the report of a violation: which events it holds, and how it names their fields. */
#include "models/base/drop_reason.h"
#include "models/check/check.h"
#include "models/check/event_fields.h"
#include "models/check/violation.h"
#include "models/hwif/ctx_enums.h"
#include "models/hwif/nic_desc.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { CONN = 5, OTHER = 6, EVENTS = 100 };

static struct check *check;
static struct probe probe;
static uint64_t now;

static void emit(struct probe_event event)
{
    event.now_ps = now += 1000;
    probe_emit(&probe, &event);
}

static void setup(void)
{
    check = check_create(&(struct check_params){.conn_max = 16});
    probe_init(&probe);
    probe_add(&probe, check_listener(check));
    now = 0;
    emit((struct probe_event){
        .kind = PROBE_CONN_OPEN, .conn = CONN, .opened.irs = 1000, .opened.iss = 5000});
}

static void teardown(void) { check_destroy(check); }

TestSuite(violation, .init = setup, .fini = teardown);

static void own(uint8_t nic, uint16_t gen)
{
    emit((struct probe_event){
        .kind = PROBE_OWN_STATE, .conn = CONN, .nic = nic, .gen = gen, .own.state = OWN_ACTIVE});
}

/* Emits many events of two connections, and then lets two NICs own one of the connections at once. */
static void violate(void)
{
    own(0, 1);
    for (unsigned i = 0; i < EVENTS; i++)
        emit((struct probe_event){.kind = PROBE_TX_CREDIT,
                                  .conn = i % 2 ? CONN : OTHER,
                                  .credit.snd_una = 5001,
                                  .credit.snd_max = 5001});
    own(1, 2);
}

Test(violation, there_is_none_at_first)
{
    own(0, 1);
    cr_expect_null(check_first_violation(check));
}

Test(violation, holds_the_last_32_events_of_its_connection_newest_last)
{
    violate();
    const struct check_violation *v = check_first_violation(check);
    cr_assert_not_null(v);
    cr_expect_str_eq(v->key, "I-OWN");
    cr_assert_eq(v->last_count, 32);
    for (size_t i = 0; i < v->last_count; i++) {
        cr_expect_eq(v->last[i].conn, CONN);
        cr_expect(i == 0 || v->last[i].now_ps > v->last[i - 1].now_ps);
    }
    cr_expect_eq(v->last[31].now_ps, now);
    cr_expect_eq(v->last[31].kind, PROBE_OWN_STATE);
    own(0, 3); /* a later violation does not replace the first */
    cr_expect_eq(check_first_violation(check)->event.now_ps, now - 1000);
}

Test(violation, the_text_has_a_line_per_event_with_fields_by_name)
{
    char *text = NULL;
    size_t len = 0, lines = 0;
    violate();
    FILE *memory = open_memstream(&text, &len);
    violation_print(check_first_violation(check), memory);
    (void)fclose(memory);
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    cr_expect_eq(lines, 3 + 32, "%s", text);
    cr_expect_eq(strncmp(text, "I-OWN violated at ", 18), 0, "%s", text);
    cr_expect(strstr(text, ", connection 5, nic1: "), "%s", text);
    cr_expect(strstr(text, " TX_CREDIT snd_una=5001 snd_max=5001\n"), "%s", text);
    cr_expect(strstr(text, " nic1 gen 2 OWN_STATE state=ACTIVE\n"), "%s", text);
    free(text);
}

struct field_row {
    struct probe_event event;
    const char *text;
};

static const struct field_row rows[] = {
    {{.kind = PROBE_FRAME_DROPPED, .drop.id = 7, .drop.reason = DROP_LINK_DOWN},
     "frame=7 reason=link_down "},
    {{.kind = PROBE_RX_VERDICT, .verdict.id = 7, .verdict.verdict = 4}, "frame=7 verdict=MOVED "},
    {{.kind = PROBE_MOVE_END,
      .move_end.end = 1,
      .move_end.held = 2,
      .move_end.held_bytes = 99,
      .move_end.forwarded = 3},
     "outcome=completed held=2 held_bytes=99 forwarded=3 late=0 "},
    {{.kind = PROBE_TX_BUILT, .built.seq = 1, .built.ack = 2, .built.bytes = 3},
     "seq=1 ack=2 bytes=3 "},
    {{.kind = PROBE_OWN_STATE, .own.state = 99},
     "state=99 "}, /* a value without a name is a number */
    {{.kind = PROBE_CTX_REFUSED, .refused.result = NIC_RESULT_NO_IMAGE}, "result=NO_IMAGE "},
    {{.kind = PROBE_CTX_REFUSED, .refused.result = NIC_RESULT_BUSY}, "result=BUSY "},
    {{.kind = PROBE_CTX_OUT}, ""},
};

Test(violation, fields_have_the_names_of_their_kind)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct event_field fields[EVENT_FIELDS_MAX];
        char text[128] = "", value[32];
        for (size_t f = 0, n = event_fields(&rows[i].event, fields); f < n; f++) {
            (void)snprintf(value, sizeof value, "%llu", (unsigned long long)fields[f].value);
            (void)strcat(strcat(text, fields[f].name), "=");
            (void)strcat(strcat(text, fields[f].text ? fields[f].text : value), " ");
        }
        cr_expect_str_eq(text, rows[i].text);
    }
}
