/* Tests sim/log/event_log.c: each kind of event has a topic and a level, and the listener asks for no other events than the
 * params. */
#include "sim/log/event_log.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

Test(event_log, each_kind_of_event_has_a_level)
{
    for (int kind = 0; kind < PROBE_KIND_COUNT; kind++) {
        unsigned level;
        enum log_topic topic = event_log_topic((enum probe_kind)kind, &level);
        cr_expect(level >= 1 && level <= LOG_LEVEL_MAX, "%s",
                  probe_kind_name((enum probe_kind)kind));
        cr_expect_lt(topic, LOG_TOPIC_COUNT);
    }
}

Test(event_log, a_higher_level_asks_for_more_kinds_of_one_topic)
{
    char folder[] = "/tmp/event_log_XXXXXX";
    struct error err;
    cr_assert_not_null(mkdtemp(folder));
    uint64_t before = 0;
    for (uint8_t wanted = 0; wanted <= LOG_LEVEL_MAX; wanted++) {
        struct log_params params = {.connection = LOG_ALL_CONNECTIONS};
        params.level[LOG_TCP] = wanted;
        struct event_log *log = event_log_create(folder, &params, &err);
        cr_assert_not_null(log);
        uint64_t kinds = event_log_listener(log).kinds;
        cr_expect_eq(kinds & before, before);
        cr_expect(wanted == 0 ? kinds == 0 : kinds > before);
        for (int kind = 0; kind < PROBE_KIND_COUNT; kind++) {
            unsigned level;
            if (kinds >> kind & 1)
                cr_expect_eq(event_log_topic((enum probe_kind)kind, &level), LOG_TCP);
        }
        before = kinds;
        cr_expect_eq(event_log_close(log, &err), STATUS_OK);
    }
    char command[64];
    (void)snprintf(command, sizeof command, "rm -r %s", folder);
    cr_expect_eq(system(command), 0);
}

Test(event_log, a_folder_that_is_missing_is_an_error)
{
    struct log_params params = {.connection = LOG_ALL_CONNECTIONS};
    struct error err;
    cr_expect_null(event_log_create("/nonexistent", &params, &err));
    cr_expect_eq(err.status, STATUS_ENVIRONMENT);
}
