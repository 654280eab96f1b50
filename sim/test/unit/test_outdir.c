/* Tests which contents of the results folder are replaced and which are refused, and that no
 * unfinished folder is left. */
#include "sim/results/outdir.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char base[32], place[64];
static struct outdir out;
static struct error err;

static void make_base(void)
{
    (void)strcpy(base, "/tmp/toesim-outdir-XXXXXX");
    cr_assert_not_null(mkdtemp(base));
    (void)snprintf(place, sizeof place, "%s/a/b/run", base);
}

static void remove_base(void)
{
    char command[128];
    (void)snprintf(command, sizeof command, "chmod -R u+w %s; rm -rf %s", base, base);
    cr_assert_eq(system(command), 0);
}

TestSuite(outdir, .init = make_base, .fini = remove_base);

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[SIM_PATH_MAX + 32];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file, "%s", path);
    (void)fputs(text, file);
    (void)fclose(file);
}

static bool has_file(const char *folder, const char *name)
{
    char path[SIM_PATH_MAX + 32];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

static unsigned entries_of(const char *folder)
{
    unsigned count = 0;
    DIR *dir = opendir(folder);
    cr_assert_not_null(dir);
    while (readdir(dir))
        count++;
    (void)closedir(dir);
    return count - 2;
}

static void earlier_run(void)
{
    cr_assert_eq(outdir_begin(&out, place, &err), STATUS_OK, "%s", err.text);
    write_file(out.temp, "stats.json", "{\"schema\": \"toesim.stats/2\"}");
    write_file(out.temp, "moves.csv", "old");
    cr_assert_eq(outdir_commit(&out, &err), STATUS_OK, "%s", err.text);
}

Test(outdir, appears_only_when_committed)
{
    cr_assert_eq(outdir_begin(&out, place, &err), STATUS_OK, "%s", err.text);
    cr_assert_neq(access(place, F_OK), 0);
    write_file(out.temp, "stats.json", "{}");
    cr_assert_eq(outdir_commit(&out, &err), STATUS_OK, "%s", err.text);
    cr_assert(has_file(place, "stats.json"));
    struct stat info;
    cr_assert_eq(stat(place, &info), 0);
    cr_assert_eq(info.st_mode & 0500, 0500);
}

Test(outdir, abort_leaves_nothing)
{
    cr_assert_eq(outdir_begin(&out, place, &err), STATUS_OK);
    write_file(out.temp, "stats.json", "{}");
    char parent[96];
    (void)snprintf(parent, sizeof parent, "%s/a/b", base);
    outdir_abort(&out);
    cr_assert_eq(entries_of(parent), 0);
}

Test(outdir, an_earlier_run_is_replaced_when_the_new_one_is_whole)
{
    earlier_run();
    char slash[128];
    (void)snprintf(slash, sizeof slash, "%s//", place);
    cr_assert_eq(outdir_begin(&out, slash, &err), STATUS_OK, "%s", err.text);
    cr_assert(has_file(place, "moves.csv"));
    write_file(out.temp, "conns.csv", "new");
    cr_assert_eq(outdir_commit(&out, &err), STATUS_OK, "%s", err.text);
    cr_assert(has_file(place, "conns.csv"));
    cr_assert_not(has_file(place, "moves.csv"));
    char parent[96];
    (void)snprintf(parent, sizeof parent, "%s/a/b", base);
    cr_assert_eq(entries_of(parent), 1);
}

Test(outdir, an_aborted_run_keeps_the_earlier_one)
{
    earlier_run();
    cr_assert_eq(outdir_begin(&out, place, &err), STATUS_OK);
    outdir_abort(&out);
    cr_assert(has_file(place, "moves.csv"));
}

Test(outdir, anything_else_is_refused_and_untouched)
{
    static const char *const contents[] = {"{\"schema\": \"other/1\"}", "not json", "[]", "{}"};
    for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
        char folder[128];
        (void)snprintf(folder, sizeof folder, "%s/mine%zu", base, i);
        cr_assert_eq(mkdir(folder, 0700), 0);
        /* An empty folder has nothing to lose. */
        cr_assert_eq(outdir_begin(&out, folder, &err), STATUS_OK);
        outdir_abort(&out);
        write_file(folder, "stats.json", contents[i]);
        cr_assert_eq(outdir_begin(&out, folder, &err), STATUS_BAD_INPUT);
        cr_assert(strstr(err.text, "it is not replaced"), "%s", err.text);
        cr_assert_eq(entries_of(folder), 1);
    }
    char file[128];
    (void)snprintf(file, sizeof file, "%s/file", base);
    write_file(base, "file", "text");
    cr_assert_eq(outdir_begin(&out, file, &err), STATUS_BAD_INPUT);
    cr_assert_eq(outdir_begin(&out, "", &err), STATUS_BAD_INPUT);
    cr_assert_eq(outdir_begin(&out, "/", &err), STATUS_BAD_INPUT);
}

Test(outdir, what_came_in_between_is_not_removed)
{
    cr_assert_eq(outdir_begin(&out, place, &err), STATUS_OK);
    cr_assert_eq(mkdir(place, 0700), 0);
    write_file(place, "precious", "text");
    cr_assert_eq(outdir_commit(&out, &err), STATUS_BAD_INPUT);
    cr_assert(has_file(place, "precious"));
    outdir_abort(&out);
}

Test(outdir, an_unwritable_place_is_the_environment)
{
    cr_assert_eq(outdir_begin(&out, "/proc/toesim/run", &err), STATUS_ENVIRONMENT);
    cr_assert(strstr(err.text, "/proc/toesim: cannot make this folder: "), "%s", err.text);
    cr_assert_eq(outdir_begin(&out, "/proc/run", &err), STATUS_ENVIRONMENT);
    cr_assert(strstr(err.text, "/proc/run: cannot make a results folder here: "), "%s", err.text);
}

static void run_with_stats(const char *stats)
{
    cr_assert_eq(outdir_begin(&out, place, &err), STATUS_OK, "%s", err.text);
    write_file(out.temp, "stats.json", stats);
    cr_assert_eq(outdir_commit(&out, &err), STATUS_OK, "%s", err.text);
}

#define FINISHED "{\"schema\": \"toesim.stats/1\", \"complete\": true}"
#define VIOLATED                                                                                   \
    "{\"schema\": \"toesim.stats/1\", \"complete\": false, \"invariants\": {\"I-OWN\": 1}}"
#define CUT "{\"schema\": \"toesim.stats/1\", \"complete\": false, \"invariants\": {\"I-OWN\": 0}}"

/* The results at the place, the new results, and whether these go to place.cut. */
struct cut_row {
    const char *there, *comes;
    bool aside;
};

static const struct cut_row cut_rows[] = {{NULL, CUT, false},          {CUT, CUT, false},
                                          {CUT, FINISHED, false},      {FINISHED, FINISHED, false},
                                          {FINISHED, CUT, true},       {VIOLATED, CUT, true},
                                          {FINISHED, VIOLATED, false}, {VIOLATED, FINISHED, false}};

Test(outdir, cut_results_never_take_the_place_of_finished_ones)
{
    for (size_t i = 0; i < sizeof cut_rows / sizeof cut_rows[0]; i++) {
        const struct cut_row *row = &cut_rows[i];
        char expected[80];
        (void)snprintf(place, sizeof place, "%s/run%zu", base, i);
        (void)snprintf(expected, sizeof expected, "%s%s", place, row->aside ? ".cut" : "");
        if (row->there)
            run_with_stats(row->there);
        run_with_stats(row->comes);
        cr_expect_str_eq(out.place, expected);
        cr_expect(has_file(expected, "stats.json"));
        cr_expect_eq(outdir_is_finished(place), row->aside || row->comes != cut_rows[0].comes);
        run_with_stats(row->comes); /* this replaces an earlier place.cut */
        cr_expect_str_eq(out.place, expected);
    }
}

Test(outdir, a_file_of_the_users_in_a_results_folder_is_named_and_kept)
{
    earlier_run();
    write_file(place, "notes.txt", "mine");
    cr_expect_eq(outdir_begin(&out, place, &err), STATUS_BAD_INPUT);
    cr_expect(strstr(err.text, "notes.txt, which no run wrote"), "%s", err.text);
    cr_expect(has_file(place, "notes.txt"));
}

Test(outdir, what_a_killed_start_left_behind_is_put_back)
{
    char old[96], parent[96];
    earlier_run();
    (void)snprintf(parent, sizeof parent, "%s/a/b", base);
    (void)snprintf(old, sizeof old, "%s/a/b/.run.old-Ab12Xy", base);
    cr_assert_eq(rename(place, old), 0); /* the process was killed between the two renames */
    cr_assert_eq(outdir_begin(&out, place, &err), STATUS_OK, "%s", err.text);
    cr_expect(has_file(place, "moves.csv"));
    outdir_abort(&out);
    /* The process was killed before the first rename, or after the second. */
    cr_assert_eq(mkdir(old, 0700), 0);
    cr_assert_eq(outdir_begin(&out, place, &err), STATUS_OK, "%s", err.text);
    outdir_abort(&out);
    write_file(base, "x", "");
    cr_assert_eq(mkdir(old, 0700), 0);
    write_file(old, "stats.json", FINISHED);
    cr_assert_eq(outdir_begin(&out, place, &err), STATUS_OK, "%s", err.text);
    outdir_abort(&out);
    cr_expect(has_file(place, "moves.csv"));
    cr_expect_eq(entries_of(parent), 1);
    cr_assert_eq(mkdir(old, 0700), 0); /* this folder is not one of ours */
    write_file(old, "letter", "mine");
    cr_assert_eq(outdir_begin(&out, place, &err), STATUS_OK, "%s", err.text);
    outdir_abort(&out);
    cr_expect(has_file(old, "letter"));
}

Test(outdir, an_unknown_result_file_is_a_bug, .signal = SIGABRT)
{
    cr_assert_eq(outdir_begin(&out, place, &err), STATUS_OK, "%s", err.text);
    write_file(out.temp, "surprise", "text");
    (void)outdir_commit(&out, &err);
}

Test(outdir, a_link_is_followed_and_stays)
{
    struct stat info;
    char real[96];
    (void)snprintf(real, sizeof real, "%s/real", base);
    (void)snprintf(place, sizeof place, "%s/link", base);
    cr_assert_eq(mkdir(real, 0700), 0);
    cr_assert_eq(symlink("real", place), 0);
    run_with_stats(FINISHED);
    cr_expect(has_file(real, "stats.json"));
    cr_assert_eq(lstat(place, &info), 0);
    cr_expect(S_ISLNK(info.st_mode));
    (void)snprintf(place, sizeof place, "%s/broken", base);
    cr_assert_eq(symlink("nowhere/at/all", place), 0);
    cr_expect_eq(outdir_begin(&out, place, &err), STATUS_BAD_INPUT);
    cr_expect(strstr(err.text, "cannot be followed"), "%s", err.text);
}
