#include "models/pcie/pcie_trace.h"

#include "models/hwif/pcie_port.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TRACE_LINKS = 2, TRACE_PATH_MAX = 1200 };

struct pcie_trace {
    FILE *file[TRACE_LINKS];
    char temporary[TRACE_LINKS][TRACE_PATH_MAX];
    char final[TRACE_LINKS][TRACE_PATH_MAX];
};

static enum status open_link(struct pcie_trace *trace, const char *dir, unsigned link,
                             struct error *err)
{
    (void)snprintf(trace->final[link], TRACE_PATH_MAX, "%s/pcie%u.csv", dir, link);
    (void)snprintf(trace->temporary[link], TRACE_PATH_MAX, "%s/.pcie%u.csv.part", dir, link);
    trace->file[link] = fopen(trace->temporary[link], "w");
    if (!trace->file[link])
        return error_set(err, STATUS_ENVIRONMENT, "%s: cannot be written: %s", trace->final[link],
                         strerror(errno));
    (void)fputs("time_ps,direction,kind,tag,address,length,wire_bytes,header_credits,data_credits,"
                "note\n",
                trace->file[link]);
    return STATUS_OK;
}

struct pcie_trace *pcie_trace_create(const char *dir, struct error *err)
{
    struct pcie_trace *trace = calloc(1, sizeof *trace);
    if (!trace) {
        (void)error_set(err, STATUS_ENVIRONMENT, "out of memory");
        return NULL;
    }
    for (unsigned link = 0; link < TRACE_LINKS; link++) {
        if (open_link(trace, dir, link, err) == STATUS_OK)
            continue;
        for (unsigned i = 0; i < link; i++) {
            (void)fclose(trace->file[i]);
            (void)unlink(trace->temporary[i]);
        }
        free(trace);
        return NULL;
    }
    return trace;
}

/* -1 is infinite. */
static void put_credits(FILE *file, int64_t credits)
{
    if (credits < 0)
        (void)fputs("inf,", file);
    else
        (void)fprintf(file, "%" PRId64 ",", credits);
}

static const char *note_of(const struct pcie_tlp_info *info)
{
    if (info->replayed)
        return info->received ? "replay" : "replay lost";
    if (info->poisoned)
        return "poisoned";
    return info->received ? "" : "lost";
}

static void on_event(void *self, const struct probe_event *event)
{
    static const char *const kinds[] = {"MWr",   "MRd", "MSI-X", "CfgRd",
                                        "CfgWr", "Cpl", "CplD",  "Msg"};
    struct pcie_trace *trace = self;
    const struct pcie_tlp_info *info = event->data;
    assert(event->nic < TRACE_LINKS && event->b < sizeof kinds / sizeof *kinds && info);
    FILE *file = trace->file[event->nic];
    (void)fprintf(file, "%" PRIu64 ",%s,%s,%u,%" PRIx64 ",%u,%u,", event->now_ps,
                  event->a ? "down" : "up", kinds[event->b], (unsigned)info->tag, info->address,
                  info->len, event->len);
    put_credits(file, info->header_credits);
    put_credits(file, info->data_credits);
    (void)fprintf(file, "%s\n", note_of(info));
}

struct probe_listener pcie_trace_listener(struct pcie_trace *trace)
{
    return (struct probe_listener){on_event, trace, UINT64_C(1) << PROBE_PCIE_TLP};
}

enum status pcie_trace_close(struct pcie_trace *trace, struct error *err)
{
    enum status status = STATUS_OK;
    for (unsigned link = 0; link < TRACE_LINKS; link++) {
        bool failed = fflush(trace->file[link]) != 0 || ferror(trace->file[link]);
        failed |= fclose(trace->file[link]) != 0;
        failed = failed || rename(trace->temporary[link], trace->final[link]) != 0;
        if (!failed)
            continue;
        status = error_set(err, STATUS_ENVIRONMENT, "%s: cannot be written whole: %s",
                           trace->final[link], strerror(errno));
        (void)unlink(trace->temporary[link]);
    }
    free(trace);
    return status;
}
