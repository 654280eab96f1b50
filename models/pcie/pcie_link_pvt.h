/* Inside of pcie_link, shared by its files: link (time), link_life, dma (endpoint's requests), root (host's
 * side), fault, report (errors). */
#ifndef TOESIM_PCIE_PCIE_LINK_PVT_H
#define TOESIM_PCIE_PCIE_LINK_PVT_H

#include "models/pcie/pcie_cells.h"
#include "models/pcie/pcie_config.h"
#include "models/pcie/pcie_link.h"
#include "models/pcie/pcie_rootport.h"
#include "models/pcie/pcie_wire.h"

enum { PCIE_UP = 0, PCIE_DOWN = 1, PCIE_TAGS_MAX = 256 };

/* One DMA read as the engine asked for it; its buffer is kept and used again. */
struct pcie_dma_read {
    uint8_t *data;
    uint32_t capacity;
    uint32_t len;
    uint32_t due_bytes; /* of requests not yet fully completed */
    bool in_use;
    bool failed;  /* poisoned, aborted or timed out: ends with ok = false */
    bool aborted; /* the engine has been told; late completions are dropped */
    struct pcie_read_done done;
};

/* A report that is owed to the engine or the host at the current time, never from inside its call.
 */
struct pcie_note {
    struct pcie_done done; /* fn null: read_done, which ends with ok = false */
    struct pcie_read_done read_done;
    uint64_t at_ps;    /* when it is delivered */
    uint64_t value_ps; /* what it says: at_ps or TIME_NEVER */
};

/* What the wires would do next; found again only after something has changed. */
struct pcie_outlook {
    bool valid;
    struct pcie_choice choices[2];
    uint64_t credit_ps[2]; /* when a TLP that waits for credits may hear of more */
    uint64_t fault_ps;     /* a DLLP that a fault makes worth seeing */
    uint64_t first_ps;     /* nothing that anybody sees happens on the wires before */
};

/* TLPs by due time, and what happens when one is due. */
struct pcie_timed {
    struct pcie_ring *ring;
    void (*run)(struct pcie_link *link, struct pcie_tlp *tlp, uint64_t now_ps);
};

/* At equal times the first goes first. */
enum pcie_timed_kind {
    PCIE_TIMED_UPSTREAM,
    PCIE_TIMED_DOWNSTREAM,
    PCIE_TIMED_ANSWERING, /* from here on every head is worth an event */
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
    struct pcie_stats totals; /* with the wires' */

    bool up;
    bool master; /* endpoint may send requests: link up and bus master on */
    struct pcie_config config;
    struct pcie_wire wires[2];
    struct pcie_outlook outlook;
    struct pcie_ring flying[2]; /* struct pcie_tlp, by due time: posted and completions */
    struct pcie_ring sampling;  /* struct pcie_tlp, by due time: reads at the root complex */
    struct pcie_ring forming;   /* struct pcie_tlp, by due time: their data is on its way */
    struct pcie_ring answering; /* struct pcie_tlp, by due time: host's requests at the device */
    struct pcie_ring timeouts;  /* struct pcie_tlp, by due time: requests nobody will complete */
    struct pcie_timed timed[PCIE_TIMED_COUNT]; /* of these rings, with what each calls */
    struct pcie_ring peering; /* struct pcie_tlp: reads that the other NIC is to answer */
    uint32_t poison_reads, drop_reads, abort_reads; /* faults that are to strike a DMA read */
    struct pcie_wire_stats told[2];                 /* errors that are in the AER registers */
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
    uint64_t tag_ps; /* since when the tag that is next has been free */
};

void pcie_link_catch_up(struct pcie_link *link, uint64_t now_ps);
void pcie_link_push(struct pcie_link *link, int direction, struct pcie_tlp *tlp, uint64_t now_ps);
/* After something was queued from outside: settles what starts now and asks to be run in time. */
void pcie_link_wake(struct pcie_link *link, uint64_t now_ps);
void pcie_link_note(struct pcie_link *link, struct pcie_done done, uint64_t at_ps,
                    uint64_t value_ps);
void pcie_link_note_failed(struct pcie_link *link, struct pcie_read_done done, uint64_t at_ps);
void pcie_link_insert_by_due(struct pcie_ring *ring, const struct pcie_tlp *tlp);

extern const struct pcie_endpoint_ops pcie_dma_ops;

/* What both ends notice comes into their registers, and from there to software */

#endif
