/* A PCIe link between a device and a host that record every call, with a small host memory. The
 * tests of models/pcie use it. */
#ifndef TOESIM_TEST_FAKE_PCIE_H
#define TOESIM_TEST_FAKE_PCIE_H

#include "models/base/stage_loop.h"
#include "models/hwif/nic_regs.h"
#include "models/pcie/pcie_link.h"

enum { FAKE_EVENTS_MAX = 4096, FAKE_MEM_BYTES = 1 << 20, FAKE_ACCESS_PS = 27000 };
#define FAKE_MEM_BASE UINT64_C(0x100000000) /* 4 GiB: 4 DW headers */

enum fake_event_kind {
    FAKE_MEM_WRITE,
    FAKE_MEM_READ,
    FAKE_MSIX,
    FAKE_MMIO_WRITE,
    FAKE_MMIO_READ,
    FAKE_FENCE,
    FAKE_ISSUED,
    FAKE_VISIBLE,
    FAKE_READ_DONE,
    FAKE_TLP,
    FAKE_PORT_EVENT
};

struct fake_event {
    enum fake_event_kind kind;
    uint64_t now_ps;
    uint64_t address; /* or cookie, offset, vector, whether fenced; depends on the kind */
    uint32_t len;
    bool ok;
    uint32_t value; /* the first four bytes of the data */
    uint32_t tlp_kind;
    uint32_t direction;
};

struct fake_pcie {
    struct pcie_link *link;
    struct pcie_endpoint endpoint;
    struct stage_loop loop;
    struct probe probe;
    uint64_t dram_ps;   /* extra latency of a memory read */
    uint64_t dram_from; /* the lowest address whose reads have that latency */
    uint32_t mmio_value;
    bool log_off;  /* records no event, because a run that measures a rate has too many */
    uint64_t runs; /* how often the link's stage ran */
    size_t count;
    struct fake_event events[FAKE_EVENTS_MAX];
    uint8_t mem[FAKE_MEM_BYTES];
};

/* Sets the propagation delay to 0 and adds it to the latencies of the root complex, together with
 * the time of a memory access. The expected times in the tests then stay simple. */
void fake_pcie_no_distance(struct pcie_params *params);

/* Creates a link. If params is null, it has the default parameters without distance. If with_probe
 * is true, each TLP is recorded as well. */
struct fake_pcie *fake_pcie_create(const struct pcie_params *params, bool with_probe);
void fake_pcie_destroy(struct fake_pcie *fake);

void fake_pcie_run(struct fake_pcie *fake, uint64_t limit_ps);
void fake_pcie_write(struct fake_pcie *fake, uint64_t address, uint32_t len, uint64_t cookie);
void fake_pcie_read(struct fake_pcie *fake, uint64_t address, uint32_t len, uint64_t cookie);
struct pcie_read_done fake_pcie_done(struct fake_pcie *fake, uint64_t cookie);

/* Returns the n-th event of a kind, counted from 0, or null if there are fewer. */
const struct fake_event *fake_pcie_event(const struct fake_pcie *fake, enum fake_event_kind kind,
                                         size_t n);
size_t fake_pcie_count(const struct fake_pcie *fake, enum fake_event_kind kind);

#endif
