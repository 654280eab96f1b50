#include "models/pcie/pcie_trace.h"

#include "models/base/publish.h"
#include "models/hwif/pcie_port.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { TRACE_LINKS = 2 };

struct pcie_trace {
    struct publish file[TRACE_LINKS];
};

static enum status open_link(struct pcie_trace *trace, const char *dir, unsigned link,
                             struct error *err)
{
    char path[PUBLISH_PATH_MAX];
    if (snprintf(path, sizeof path, "%s/pcie%u.csv", dir, link) >= (int)sizeof path)
        return error_set(err, STATUS_ENVIRONMENT, "%s: the name is too long", dir);
    enum status status = publish_open(&trace->file[link], path, err);
    if (status == STATUS_OK)
        (void)fputs("time_ps,direction,kind,tag,address,length,wire_bytes,header_credits,"
                    "data_credits,note\n",
                    trace->file[link].stream);
    return status;
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
        for (unsigned i = 0; i < link; i++)
            publish_discard(&trace->file[i]);
        free(trace);
        return NULL;
    }
    return trace;
}

/* Writes credits; -1 is infinite. */
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
    const struct pcie_tlp_info *info = event->tlp.info;
    assert(event->nic < TRACE_LINKS && event->tlp.kind < sizeof kinds / sizeof *kinds && info);
    FILE *file = trace->file[event->nic].stream;
    (void)fprintf(file, "%" PRIu64 ",%s,%s,%u,%" PRIx64 ",%u,%u,", event->now_ps,
                  event->tlp.direction ? "down" : "up", kinds[event->tlp.kind], (unsigned)info->tag,
                  info->address, info->len, event->tlp.wire_bytes);
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
        struct error *report = status == STATUS_OK ? err : NULL; /* the first failure is reported */
        enum status one = publish_close(&trace->file[link], report);
        if (status == STATUS_OK)
            status = one;
    }
    free(trace);
    return status;
}
