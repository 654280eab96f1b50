/*
 * The file timeline.json.gz (outputs.timeline): the moves of a run as a picture in the Trace Event Format, which
 * ui.perfetto.dev opens. docs/timeline.md says what it shows.
 *
 * A slice for each phase of a move comes from the move log at the end of the run. Frames, TLPs, verdicts and commands are
 * taken from the probe, but only near moves, so that a long run with few moves makes a small file: the timeline keeps the
 * last events, and writes them when a move begins.
 */
#ifndef TOESIM_SIM_TIMELINE_H
#define TOESIM_SIM_TIMELINE_H

#include "models/base/probe.h"
#include "models/base/status.h"
#include "models/hwif/nic_bus.h"
#include "models/stats/move_log.h"

#ifdef __cplusplus
extern "C" {
#endif

struct timeline; /* opaque */

struct timeline_nic {
    uint64_t link_bps;        /* rate of the Ethernet link */
    unsigned pcie_gen, lanes; /* of the PCIe link */
};

struct timeline_params {
    const char *dir; /* folder of the results */
    struct timeline_nic nic[NIC_COUNT];
    uint32_t moves_max; /* the first moves of the run that are shown; 0: all */
    uint32_t conn_max;  /* number of connection ids */
    uint64_t margin_ps; /* how long after the end of a move events are shown */
};

/* Opens DIR/timeline.json.gz. Copies the params. Returns null with STATUS_ENVIRONMENT. */
struct timeline *timeline_create(const struct timeline_params *params, struct error *err);
struct probe_listener timeline_listener(struct timeline *timeline);

/* Adds a value of a counter, such as "goodput, Mb/s", at this time. `name` is static text without quotes. */
void timeline_count(struct timeline *timeline, uint64_t now_ps, const char *name, uint64_t value);

/* Adds the moves, ends the file, and frees the timeline in any case. */
enum status timeline_close(struct timeline *timeline, const struct move_log *moves,
                           struct error *err);

#ifdef __cplusplus
}
#endif

#endif
