/* Parameters, counters and faults of a PCIe link. */
#ifndef TOESIM_PCIE_PCIE_LINK_TYPES_H
#define TOESIM_PCIE_PCIE_LINK_TYPES_H

#include "models/base/probe.h"
#include "models/base/stage.h"
#include "models/base/status.h"
#include "models/hwif/pcie_port.h"

#include <stdbool.h>
#include <stdint.h>

enum { PCIE_CREDIT_BYTES = 16 };

/* Credits that a receiver advertises at link-up. 0 is infinite (docs/timing.md 1.5), as endpoints and root
 * complexes advertise for completions. */
struct pcie_credits {
    uint32_t posted_headers, posted_data;
    uint32_t nonposted_headers, nonposted_data;
    uint32_t completion_headers, completion_data;
};

struct pcie_params {
    unsigned gen;             /* 1 to 5 */
    unsigned lanes;           /* 1, 2, 4, 8, 16 */
    uint32_t mps_bytes;       /* 128 to 4096 */
    uint32_t mrrs_bytes;      /* 128 to 4096 */
    uint32_t rcb_bytes;       /* 64 or 128 */
    uint32_t tags;            /* 1 to 256 */
    uint64_t propagation_ps;  /* each way, through PHY, retimers and wire */
    uint64_t root_read_ps;    /* root complex part of a DMA read, without the memory access */
    uint64_t root_write_ps;   /* from the arrival of a write at the root port until it is visible */
    bool completion_each_rcb; /* root complex cuts completions at each RCB boundary, not as long as
                                 MPS allows */
    uint64_t device_mmio_ps;  /* time of the device to answer an MMIO read */
    uint32_t write_queue_bytes; /* endpoint's posted queue; beyond it writes wait in the engine's
                                   own DMA queue, in the same order (counted: write_stalls) */
    bool
        dll; /* SKP, Ack, UpdateFC, credits, replay; false: none of them costs or limits anything */
    struct pcie_credits root_credits, endpoint_credits;
    uint32_t
        timer_mps_bytes; /* MPS that the Ack, UpdateFC and replay timers are made for; 0: mps_bytes */
    uint32_t replay_bytes;          /* size of the replay buffer of each side */
    uint64_t completion_timeout_ps; /* from the start of a read until it counts as failed */
    uint64_t retrain_ps;            /* recovery time of the link after REPLAY_NUM overflowed */
    bool p2p; /* the root port's access control allows requests to the other NIC */
};

struct pcie_stats {
    uint64_t tlps_up, tlps_down;   /* transaction layer packets each direction */
    uint64_t bytes_up, bytes_down; /* wire bytes */
    uint64_t writes, reads, msix, mmio_writes,
        mmio_reads; /* requests as asked for, before splitting */
    uint64_t payload_up, payload_down;
    uint64_t discarded; /* TLPs lost because the link was down or the endpoint silent */
    uint32_t tags_used_max;
    uint64_t tag_stalls;   /* read requests that had to wait for a tag */
    uint64_t write_stalls; /* writes that did not fit write_queue_bytes */
    /* Messages not sent because the vector was masked (remembered) or MSI-X disabled. */
    uint64_t msix_masked;
    uint32_t write_bytes_queued_max;
    /* Data link layer, sum of both directions, without the idle time after the last TLP. */
    uint64_t skps, acks, naks, updatefcs, initfcs;
    uint64_t credit_stalls; /* TLPs that waited for credits or for room in the replay buffer */
    uint64_t bad_tlps, bad_dllps, acks_lost; /* injected faults that have taken effect */
    uint64_t replays, replayed_tlps, replay_timeouts, retrains;
    uint64_t poisoned, completion_timeouts, completer_aborts; /* DMA reads that ended in this way */
    uint64_t link_downs, resets, master_offs;
    uint64_t messages; /* error messages to the root complex */
    /* Requests of this NIC for the other NIC, and requests that no device claims. */
    uint64_t peer_reads, peer_writes, peer_refused, unclaimed;
};

struct pcie_link; /* opaque */

/* Faults that a scenario injects. Each call causes one. */
enum pcie_fault {
    /* The next TLP each way has a bit error, which leads to Nak and replay. */
    PCIE_FAULT_TLP_ERROR,
    PCIE_FAULT_DLLP_ERROR,    /* the next DLLP each way has a bit error and is discarded */
    PCIE_FAULT_ACK_LOST,      /* the next Ack each way is lost */
    PCIE_FAULT_POISONED,      /* the completions of the next DMA read are poisoned */
    PCIE_FAULT_NO_COMPLETION, /* the next DMA read gets no completion and times out */
    PCIE_FAULT_ABORT,         /* the root complex aborts the next DMA read */
    PCIE_FAULT_RESET,         /* software on the host requests a function-level reset */
    PCIE_FAULT_MASTER_OFF,    /* software on the host clears the bus master bit */
    /* The endpoint hangs: it sends nothing more and takes no notice of what it receives, until the link goes down. */
    PCIE_FAULT_SILENT,
};

#endif
