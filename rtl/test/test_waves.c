/* Tests the wave file. It has the same bytes every time, its times are in order, it can be read
 * back, and nothing is left behind after a failure. */
#include "models/base/frame.h"
#include "models/base/stage_loop.h"
#include "sim/glue/fst_file.h"
#include "sim/glue/waves.h"

#include <criterion/criterion.h>
#include <fstapi.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

struct answers {
    uint64_t count;
};

static void on_response(void *self, const struct ctx_rsp *rsp, uint64_t now_ps)
{
    (void)rsp;
    (void)now_ps;
    ((struct answers *)self)->count++;
}

static void ask(struct ctx_cache_rtl *cache, uint8_t op, uint32_t conn, uint64_t now_ps)
{
    static uint8_t image[CTX_BYTES];
    memset(image, (int)conn, sizeof image);
    struct ctx_req req = {.op = op, .who = CTX_WHO_DRIVER, .conn = conn, .gen = 1, .image = image};
    struct ctx_store store = ctx_cache_rtl_store(cache);
    cr_assert(store.ops->submit(store.self, &req, now_ps));
}

/* From now on no file may grow beyond this many bytes, as on a full disk. If the limit came
 * earlier, it would also affect the library's mapped temporary files, and that would raise
 * SIGBUS. */
static void limit_files(rlim_t bytes)
{
    struct rlimit limit = {.rlim_cur = bytes, .rlim_max = RLIM_INFINITY};
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Records two caches in two windows with some events. The last bytes are written under the
 * limit. */
static enum status record_limited(const char *path, rlim_t bytes, struct error *err)
{
    struct answers answers = {0};
    struct ctx_client client = {.on_response = on_response, .self = &answers};
    struct ctx_cache_rtl_params params;
    ctx_cache_rtl_params_default(&params);
    struct rtl_domain *domain = rtl_domain_create();
    struct ctx_cache_rtl *cache[2];
    struct stage_loop loop;
    stage_loop_init(&loop);
    for (unsigned nic = 0; nic < 2; nic++) {
        cache[nic] =
            ctx_cache_rtl_create(domain, &params, nic, client, NULL, (struct ctx_cache_burst){0});
        stage_loop_add(&loop, ctx_cache_rtl_stage(cache[nic], nic == 0 ? "c0" : "c1"));
    }
    struct waves *waves = waves_create(domain, cache[0], cache[1], path, err);
    enum status status = STATUS_ENVIRONMENT;
    if (waves) {
        struct probe probe;
        probe_init(&probe);
        probe_add(&probe, waves_listener(waves));
        ask(cache[0], CTX_OP_INSTALL, 5, 0);
        stage_loop_run(&loop, PS_PER_US);
        waves_set_on(waves, true, PS_PER_US);
        ask(cache[0], CTX_OP_FREEZE, 5, PS_PER_US);
        ask(cache[1], CTX_OP_INSTALL, 6, PS_PER_US);
        probe_emit(&probe, &(struct probe_event){
                               .now_ps = PS_PER_US, .kind = PROBE_MOVE_BEGIN, .conn = 5, .gen = 2});
        probe_emit(&probe, &(struct probe_event){.now_ps = PS_PER_US,
                                                 .kind = PROBE_PCIE_TLP,
                                                 .nic = 1,
                                                 .tlp.wire_bytes = 84});
        stage_loop_run(&loop, 2 * PS_PER_US);
        waves_set_on(waves, false, 2 * PS_PER_US);
        ask(cache[0], CTX_OP_EXTRACT, 5, 2 * PS_PER_US);
        stage_loop_run(&loop, 3 * PS_PER_US);
        waves_set_on(waves, true, 3 * PS_PER_US);
        probe_emit(&probe,
                   &(struct probe_event){
                       .now_ps = 3 * PS_PER_US, .kind = PROBE_MOVE_END, .conn = 5, .gen = 2});
        stage_loop_run(&loop, 4 * PS_PER_US);
        limit_files(bytes);
        status = waves_close(waves, err);
        limit_files(RLIM_INFINITY);
        cr_assert_eq(answers.count, 4);
    }
    for (unsigned nic = 0; nic < 2; nic++)
        ctx_cache_rtl_destroy(cache[nic]);
    rtl_domain_destroy(domain);
    return status;
}

static enum status record(const char *path, struct error *err)
{
    return record_limited(path, RLIM_INFINITY, err);
}

static char *slurp(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    cr_assert(file != NULL, "%s", path);
    char *bytes = malloc(4u << 20);
    *len = fread(bytes, 1, 4u << 20, file);
    fclose(file);
    return bytes;
}

static char folder[64];

static void enter(void)
{
    strcpy(folder, "/tmp/toesim_waves_XXXXXX");
    cr_assert(mkdtemp(folder) != NULL);
    cr_assert_eq(chdir(folder), 0);
}

static void leave(void)
{
    remove("a.fst");
    remove("b.fst");
    cr_assert_eq(rmdir(folder), 0, "something was left behind");
}

Test(waves, same_run_gives_same_bytes, .init = enter, .fini = leave)
{
    struct error err = {0};
    cr_assert_eq(record("a.fst", &err), STATUS_OK, "%s", err.text);
    sleep(1); /* a date in the file would differ now */
    cr_assert_eq(record("b.fst", &err), STATUS_OK, "%s", err.text);
    size_t a_len, b_len;
    char *a = slurp("a.fst", &a_len), *b = slurp("b.fst", &b_len);
    cr_assert_gt(a_len, 1000);
    cr_assert_lt(a_len, 300000);
    cr_assert_eq(a_len, b_len);
    cr_assert_eq(memcmp(a, b, a_len), 0);
    free(a);
    free(b);
}

struct seen {
    uint64_t last_ps, changes, outside;
    fstHandle clock;
    uint64_t clock_changes;
};

static void on_change(void *self, uint64_t time, fstHandle handle, const unsigned char *value)
{
    struct seen *seen = self;
    (void)value;
    cr_assert_geq(time, seen->last_ps);
    seen->last_ps = time;
    seen->changes++;
    seen->clock_changes += handle == seen->clock;
    seen->outside += time > 2 * PS_PER_US && time < 3 * PS_PER_US;
}

static void on_change_len(void *self, uint64_t time, fstHandle handle, const unsigned char *value,
                          uint32_t len)
{
    (void)len;
    on_change(self, time, handle, value);
}

/* Looks for a variable in this scope of the hierarchy whose name begins with `name`. */
static bool has_name(void *reader, const char *scope, const char *name, fstHandle *handle)
{
    struct fstHier *hier;
    bool found = false;
    fstReaderIterateHierRewind(reader);
    while ((hier = fstReaderIterateHier(reader)) != NULL) {
        if (hier->htyp == FST_HT_SCOPE)
            fstReaderPushScope(reader, hier->u.scope.name, NULL);
        else if (hier->htyp == FST_HT_UPSCOPE)
            fstReaderPopScope(reader);
        else if (hier->htyp == FST_HT_VAR &&
                 strcmp(fstReaderGetCurrentFlatScope(reader), scope) == 0 &&
                 strncmp(hier->u.var.name, name, strlen(name)) == 0) {
            found = true;
            *handle = hier->u.var.handle;
        }
    }
    return found;
}

Test(waves, file_reads_back_with_windows_and_names, .init = enter, .fini = leave)
{
    struct error err = {0};
    cr_assert_eq(record("a.fst", &err), STATUS_OK, "%s", err.text);
    void *reader = fstReaderOpen("a.fst");
    cr_assert(reader != NULL);
    cr_assert_eq(fstReaderGetTimescale(reader), -12);
    struct seen seen = {0};
    fstHandle handle;
    cr_assert(has_name(reader, "nic0.ctx_cache", "rsp_valid_o", &handle));
    cr_assert(has_name(reader, "nic1.ctx_cache.u_stage", "t_conn", &handle));
    cr_assert(has_name(reader, "system.probe", "move0_conn_i", &handle));
    cr_assert(has_name(reader, "system.probe", "waves_on_i", &handle));
    cr_assert(!has_name(reader, "nic0.ctx_cache.u_data.u_lines", "mem", &handle));
    cr_assert(has_name(reader, "nic0.ctx_cache", "clk_i", &seen.clock));
    fstReaderSetFacProcessMaskAll(reader);
    fstReaderIterBlocks2(reader, on_change, on_change_len, &seen, NULL);
    cr_assert_gt(seen.changes, 100);
    cr_assert_eq(seen.outside, 0, "changes between the windows");
    cr_assert_leq(seen.clock_changes, 1);
    cr_assert_eq(seen.last_ps, 3 * PS_PER_US);
    fstReaderClose(reader);
}

Test(waves, refuses_a_folder_that_is_not_there)
{
    struct error err = {0};
    cr_assert_eq(record("/nonexistent/a.fst", &err), STATUS_ENVIRONMENT);
    cr_assert(strstr(err.text, "/nonexistent/a.fst") != NULL);
}

Test(waves, refuses_a_truncated_file, .init = enter, .fini = leave)
{
    struct error err = {0};
    cr_assert_eq(record("a.fst", &err), STATUS_OK, "%s", err.text);
    size_t len;
    char *bytes = slurp("a.fst", &len);
    for (size_t cut = 0; cut < len; cut += len / 50 + 1) {
        FILE *file = fopen("b.fst", "wb");
        fwrite(bytes, 1, cut, file);
        fclose(file);
        cr_assert_eq(fst_file_finish("b.fst", "c.fst", &err), STATUS_ENVIRONMENT, "cut at %zu",
                     cut);
        cr_assert_neq(access("b.fst", F_OK), 0);
        cr_assert_neq(access("c.fst", F_OK), 0);
    }
    free(bytes);
}

Test(waves, reports_a_disk_that_is_full, .init = enter, .fini = leave)
{
    struct error err = {0};
    signal(SIGXFSZ, SIG_IGN);
    for (rlim_t limit = 64; limit <= 4096; limit *= 4) {
        cr_assert_eq(record_limited("a.fst", limit, &err), STATUS_ENVIRONMENT, "limit %lu",
                     (unsigned long)limit);
        cr_assert_neq(access("a.fst", F_OK), 0);
    }
}
