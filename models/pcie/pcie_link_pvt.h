/* Inside of pcie_link, shared by its files: link (time), link_life, dma (endpoint's requests), root (host's
 * side), fault, report (errors). */
#ifndef TOESIM_PCIE_PCIE_LINK_PVT_H
#define TOESIM_PCIE_PCIE_LINK_PVT_H

#include "models/pcie/config/pcie_config.h"
#include "models/pcie/config/pcie_rootport.h"
#include "models/pcie/pcie_link.h"
#include "models/pcie/wire/pcie_cells.h"
#include "models/pcie/wire/pcie_wire.h"

enum { PCIE_UP = 0, PCIE_DOWN = 1, PCIE_TAGS_MAX = 256 };

/* One DMA read of the engine. Its buffer is kept and reused. */
struct pcie_dma_read {
    uint8_t *data;
    uint32_t capacity;
    uint32_t len;
    uint32_t due_bytes; /* bytes of requests not yet fully completed */
    bool in_use;
    bool failed;  /* poisoned, aborted or timed out, so the read ends with ok = false */
    bool aborted; /* the engine has been told of the end, so late completions are dropped */
    struct pcie_read_done done;
};

/* A callback that is owed to the engine or the host at the current time. It is never made inside their call. */
struct pcie_note {
    struct pcie_done done; /* if fn is null, read_done is called with ok = false */
    struct pcie_read_done read_done;
    uint64_t at_ps;    /* time of delivery */
    uint64_t value_ps; /* time that the callback reports: at_ps or TIME_NEVER */
};

/* The next events on the wires. They are computed again only after a change. */
struct pcie_outlook {
    bool valid;
    struct pcie_choice choices[2];
    uint64_t credit_ps[2]; /* when a TLP that waits for credits may get a report */
    uint64_t fault_ps;     /* when a DLLP starts that a fault makes observable */
    uint64_t first_ps;     /* no observable event happens on the wires before this time */
};

/* A ring of TLPs by due time, and the function for a TLP that is due. */
struct pcie_timed {
    struct pcie_ring *ring;
    void (*run)(struct pcie_link *link, struct pcie_tlp *tlp, uint64_t now_ps);
};

/* At equal times the first in this list runs first. */
enum pcie_timed_kind {
    PCIE_TIMED_UPSTREAM,
    PCIE_TIMED_DOWNSTREAM,
    PCIE_TIMED_ANSWERING, /* from here on, every head of a ring causes an event */
    PCIE_TIMED_SAMPLING,
    PCIE_TIMED_TIMEOUTS,
    PCIE_TIMED_FORMING,
    PCIE_TIMED_COUNT,
};

struct pcie_link {
    struct pcie_params params;
    unsigned nic;
    struct pcie_device device;
    struct pcie_host host;
    const struct waker *waker;
    const struct probe *probe;
    struct pcie_stats stats;
    struct pcie_stats totals; /* `stats` plus the counters of the wires */

    /* pcie_fault_stop_master(), which the file of the engine's requests cannot call by its name */
    void (*stop_master)(struct pcie_link *link, uint64_t now_ps);
    bool up;
    bool broken;   /* a fault keeps the link down */
    bool disabled; /* the root port's Link Disable bit keeps it down */
    bool silent;   /* the endpoint hangs (PCIE_FAULT_SILENT) */
    bool master;   /* endpoint may send requests: link up and bus master on */
    struct pcie_config config;
    struct pcie_wire wires[2];
    struct pcie_outlook outlook;
    struct pcie_ring flying[2]; /* struct pcie_tlp, by due time: posted and completions */
    struct pcie_ring sampling;  /* struct pcie_tlp, by due time: reads at the root complex */
    /* Struct pcie_tlp, by due time: requests whose data is being read. */
    struct pcie_ring forming;
    /* Struct pcie_tlp, by due time: requests of the host at the device. */
    struct pcie_ring answering;
    struct pcie_ring timeouts; /* struct pcie_tlp, by due time: requests that get no completion */
    struct pcie_timed timed[PCIE_TIMED_COUNT]; /* of these rings, with what each calls */
    struct pcie_ring peering; /* struct pcie_tlp: reads that the other NIC has to answer */
    /* Number of injected faults for the next DMA reads. */
    uint32_t poison_reads, drop_reads, abort_reads;
    /* Errors that are already in the AER registers. */
    struct pcie_wire_stats reported[2];
    struct pcie_rootport rootport;
    uint64_t due_last_ps[2];
    struct pcie_ring notes; /* struct pcie_note */
    struct pcie_cells cells;

    uint32_t write_bytes_queued; /* payload of writes not yet started */

    struct pcie_dma_read *reads;
    uint32_t *reads_free;
    uint32_t read_count, read_free_count;
    uint32_t read_active;

    uint16_t tags_free[PCIE_TAGS_MAX]; /* first in, first out from tag_head */
    uint32_t tag_head, tags_used;
    uint64_t tag_ps; /* since when the next tag has been free */
};

void pcie_link_catch_up(struct pcie_link *link, uint64_t now_ps);
void pcie_link_push(struct pcie_link *link, int direction, struct pcie_tlp *tlp, uint64_t now_ps);
/* Called after something was queued from outside. Processes what starts now and schedules the next run. */
void pcie_link_wake(struct pcie_link *link, uint64_t now_ps);
void pcie_link_note(struct pcie_link *link, struct pcie_done done, uint64_t at_ps,
                    uint64_t value_ps);
void pcie_link_note_failed(struct pcie_link *link, struct pcie_read_done done, uint64_t at_ps);
void pcie_link_insert_by_due(struct pcie_ring *ring, const struct pcie_tlp *tlp);

extern const struct pcie_endpoint_ops pcie_dma_ops;

/* What both ends notice comes into their registers, and from there to software */

#endif
