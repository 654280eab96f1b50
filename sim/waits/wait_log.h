/*
 * The file waits.csv (outputs.waits): what was busy while a connection moved. It has a row for each phase of each move from
 * NIC to NIC that has a length, with the time for which each of these was busy during the phase: the host's cores, both
 * directions of both PCIe links, the operations of this move on both context caches, and its commands that waited in
 * both NICs for their start. `toesim show` explains a move with it.
 */
#ifndef TOESIM_SIM_WAIT_LOG_H
#define TOESIM_SIM_WAIT_LOG_H

#include "models/base/probe.h"
#include "models/base/status.h"
#include "models/hwif/nic_bus.h"
#include "models/stats/move_log.h"

#ifdef __cplusplus
extern "C" {
#endif

/* X(id, column, "meaning"): the columns, in ps. `old` is the NIC that the connection leaves, `new` the other one. */
#define WAIT_COLUMNS(X)                                                                            \
    X(CORE, "core_ps", "the software of the host ran, or waited for the answer to a read")         \
    X(OLD_UP, "old_up_ps", "the PCIe link of the old NIC carried TLPs to the host")                \
    X(OLD_DOWN, "old_down_ps", "the PCIe link of the old NIC carried TLPs from the host")          \
    X(NEW_UP, "new_up_ps", "the PCIe link of the new NIC carried TLPs to the host")                \
    X(NEW_DOWN, "new_down_ps", "the PCIe link of the new NIC carried TLPs from the host")          \
    X(OLD_CACHE, "old_cache_ps", "commands of this move used the context cache of the old NIC")    \
    X(NEW_CACHE, "new_cache_ps", "commands of this move used the context cache of the new NIC")    \
    X(OLD_QUEUE, "old_queue_ps", "commands of this move waited in the old NIC for their start")    \
    X(NEW_QUEUE, "new_queue_ps", "commands of this move waited in the new NIC for their start")

enum wait_column {
#define X(id, column, text) WAIT_##id,
    WAIT_COLUMNS(X)
#undef X
        WAIT_COLUMN_COUNT,
};

struct wait_log_params {
    const char *dir;              /* of the results; borrowed until close */
    const struct move_log *moves; /* borrowed; its listener is called before that of the wait_log */
    uint32_t conn_max;
    unsigned gen[NIC_COUNT], lanes[NIC_COUNT]; /* of the PCIe links */
};

struct wait_log; /* opaque */

/* Opens DIR/waits.csv. Returns null with STATUS_ENVIRONMENT. */
struct wait_log *wait_log_create(const struct wait_log_params *params, struct error *err);
struct probe_listener wait_log_listener(struct wait_log *log);

/* Ends the file and frees the log in any case. */
enum status wait_log_close(struct wait_log *log, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
