/* Tests that the scenarios of the tree can be read and that their captures exist. It runs in the
 * top folder. */
#include "sim/action/action_table.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_keys.h"
#include "sim/scenario/scenario_lookup.h"
#include "sim/sweep/study_point.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

static void check_all(const char *pattern, size_t at_least)
{
    static struct sim_config config;
    glob_t found;
    cr_assert_eq(glob(pattern, 0, NULL, &found), 0, "%s", pattern);
    cr_assert_geq(found.gl_pathc, at_least);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct error err;
        if (strncmp(found.gl_pathv[i], "scenarios/study/", 16) == 0)
            continue;
        cr_expect_eq(scenario_load(found.gl_pathv[i], NULL, 0, &config, &err), STATUS_OK, "%s",
                     err.text);
        cr_expect_gt(config.expect_count, 0, "%s expects nothing", found.gl_pathv[i]);
    }
    globfree(&found);
}

Test(scenarios, the_default_can_be_read) { check_all("scenarios/000-default.yaml", 1); }

/* Reads each study, together with its scenario. */
Test(scenarios, all_studies_can_be_read)
{
    static struct study study;
    glob_t found;
    struct error err;
    cr_assert_eq(glob("scenarios/study/*.yaml", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        cr_assert_eq(study_read(found.gl_pathv[i], &study, &err), STATUS_OK, "%s", err.text);
        cr_expect_leq(study_run_count(&study), 1000, "%s", found.gl_pathv[i]);
        study_free(&study);
    }
    globfree(&found);
}

/* Reads each scenario in scenarios/<topic> and in the folders below. */
Test(scenarios, all_can_be_read) { check_all("scenarios/*/*.yaml", 100); }

Test(scenarios, long_scenarios_can_be_read) { check_all("scenarios/long/*.yaml", 5); }

Test(scenarios, regression_scenarios_can_be_read) { check_all("scenarios/regress/*.yaml", 3); }

Test(scenarios, live_scenarios_can_be_read) { check_all("scenarios/live/*.yaml", 2); }

/* Each fault has a scenario in which it is the action of some item. */
Test(scenarios, each_fault_has_one)
{
    static struct sim_config config;
    glob_t found;
    cr_assert_eq(glob("scenarios/*/[0-9]*.yaml", 0, NULL, &found), 0);
    const char *const *names = action_names(ACTION_LIST_FAULTS);
    bool used[SIM_ACTIONS_MAX] = {false};
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct error err;
        cr_assert_eq(scenario_load(found.gl_pathv[i], NULL, 0, &config, &err), STATUS_OK);
        for (size_t a = 0; a < config.action_count; a++)
            for (size_t n = 0; names[n]; n++)
                used[n] |= strcmp(config.actions[a].kind->name, names[n]) == 0;
    }
    globfree(&found);
    cr_assert_not_null(names[0]);
    for (size_t n = 0; names[n]; n++)
        cr_expect(used[n], "no scenario in scenarios/ has action: %s", names[n]);
}

Test(scenarios, the_document_lists_exactly_the_keys_of_the_table)
{
    char *table = NULL;
    size_t len = 0;
    FILE *memory = open_memstream(&table, &len);
    cr_assert(scenario_write_keys(memory, false));
    (void)fclose(memory);
    char *text = calloc(1, 1 << 17);
    FILE *file = fopen("docs/scenario.md", "r");
    cr_assert_not_null(file);
    size_t got = fread(text, 1, (1 << 17) - 1, file);
    (void)fclose(file);
    cr_assert_gt(got, 0);
    cr_assert_not_null(strstr(text, table), "docs/scenario.md should hold:\n%s", table);
    free(text);
    free(table);
}
