#include "sim/report/report.h"

#include "sim/report/report_page.h"
#include "sim/report/report_run.h"
#include "sim/report/report_study.h"

#include "models/base/publish.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool has(const char *folder, const char *name)
{
    char path[PUBLISH_PATH_MAX];
    return snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path &&
           access(path, F_OK) == 0;
}

/* Reads the data of the source, which the caller owns. Returns null with err. */
static json_t *read_source(const char *source, char *title, size_t size, struct error *err)
{
    struct stat about;
    char path[PUBLISH_PATH_MAX];
    if (stat(source, &about) != 0) {
        (void)error_set(err, STATUS_BAD_INPUT, "%s: %s", source, strerror(errno));
        return NULL;
    }
    if (!S_ISDIR(about.st_mode))
        return report_study_read(source, title, size, err);
    if (has(source, "stats.json"))
        return report_run_read(source, title, size, err);
    if (has(source, "study.sqlite") &&
        snprintf(path, sizeof path, "%s/study.sqlite", source) < (int)sizeof path)
        return report_study_read(path, title, size, err);
    (void)error_set(err, STATUS_BAD_INPUT,
                    "%s: has neither stats.json nor study.sqlite; name the results folder of a run "
                    "or of a study",
                    source);
    return NULL;
}

enum status report_write(const char *source, const char *path, struct error *err)
{
    char title[256];
    struct publish out;
    enum status status = publish_check(path, err);
    if (status != STATUS_OK)
        return status;
    json_t *data = read_source(source, title, sizeof title, err);
    if (!data)
        return err->status;
    status = publish_open(&out, path, err);
    if (status == STATUS_OK) {
        report_page_write(out.stream, title, data);
        status = publish_close(&out, err);
    }
    json_decref(data);
    return status;
}
