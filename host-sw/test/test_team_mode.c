/* Tests host-sw/team/team_mode*.c: who may own a connection, which port answers, and what the
 * switch must know. */
#include "host-sw/team/team_mode.h"
#include "host-sw/types/mode_list.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

struct mode_row {
    char name[48];
    enum team_mode mode;
    bool up0, up1;
    unsigned wanted;
    bool own0, own1;
    unsigned reply0;
};
ParameterizedTestParameters(team_mode, says_who_may_own_and_answer)
{
    static struct mode_row rows[] = {
        {"static, both up", TEAM_MODE_STATIC, true, true, 2, true, true, 0},
        {"static, 0 down", TEAM_MODE_STATIC, false, true, 2, false, true, 1},
        {"backup, both up", TEAM_MODE_ACTIVE_BACKUP, true, true, 2, true, false, 0},
        {"backup, change wanted", TEAM_MODE_ACTIVE_BACKUP, true, true, 1, false, true, 1},
        {"backup, wanted port is down", TEAM_MODE_ACTIVE_BACKUP, true, false, 1, true, false, 0},
        {"backup, active port fails", TEAM_MODE_ACTIVE_BACKUP, false, true, 2, false, true, 1},
        {"primary, both up", TEAM_MODE_PRIMARY, true, true, 2, true, false, 0},
        {"primary, change wanted", TEAM_MODE_PRIMARY, true, true, 1, true, false, 0},
        {"primary, 0 down", TEAM_MODE_PRIMARY, false, true, 2, false, true, 1},
    };
    return cr_make_param_array(struct mode_row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct mode_row *row, team_mode, says_who_may_own_and_answer)
{
    const struct team_mode_ops *mode = team_mode_table[row->mode];
    struct team_ports ports = {.usable = {row->up0, row->up1}};
    mode->on_change(&ports, row->wanted);
    cr_assert_eq(mode->may_own(&ports, 0), row->own0, "%s", row->name);
    cr_assert_eq(mode->may_own(&ports, 1), row->own1, "%s", row->name);
    cr_assert_eq(mode->reply_port(&ports, 0), row->reply0, "%s", row->name);
}

Test(team_mode, tells_the_switch_whether_one_port_carries_every_frame)
{
    cr_assert_not(team_mode_table[TEAM_MODE_STATIC]->one_port_carries);
    cr_assert(team_mode_table[TEAM_MODE_ACTIVE_BACKUP]->one_port_carries);
    cr_assert(team_mode_table[TEAM_MODE_PRIMARY]->one_port_carries);
}

Test(team_mode, has_one_name_for_each_row)
{
    const char *const *names = team_mode_names();
    cr_assert_str_eq(names[TEAM_MODE_STATIC], "static");
    cr_assert_str_eq(names[TEAM_MODE_ACTIVE_BACKUP], "active-backup");
    cr_assert_null(names[TEAM_MODE_COUNT]);
}

/* If a port comes back, the other port stays active in active-backup, but NIC 0 takes over again
 * in primary. */
Test(team_mode, primary_takes_over_again_and_active_backup_does_not)
{
    struct team_ports backup = {.usable = {false, true}}, primary = backup;
    team_mode_table[TEAM_MODE_ACTIVE_BACKUP]->on_change(&backup, NIC_COUNT);
    team_mode_table[TEAM_MODE_PRIMARY]->on_change(&primary, NIC_COUNT);
    cr_assert(backup.active == 1 && primary.active == 1);
    backup.usable[0] = primary.usable[0] = true;
    team_mode_table[TEAM_MODE_ACTIVE_BACKUP]->on_change(&backup, NIC_COUNT);
    team_mode_table[TEAM_MODE_PRIMARY]->on_change(&primary, NIC_COUNT);
    cr_assert_eq(backup.active, 1);
    cr_assert_eq(primary.active, 0);
}

Test(team_mode, only_active_backup_lets_an_operator_choose)
{
    cr_assert(team_mode_table[TEAM_MODE_ACTIVE_BACKUP]->can_set_active);
    cr_assert_not(team_mode_table[TEAM_MODE_PRIMARY]->can_set_active);
    cr_assert_not(team_mode_table[TEAM_MODE_STATIC]->can_set_active);
}
