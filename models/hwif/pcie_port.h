/*
 * The two sides of a NIC's PCIe link as its users see them. The endpoint side (DMA, MSI-X, BAR
 * accesses) is used and implemented by the TOE engine; the host side by models/host. models/pcie
 * stands between and knows neither.
 */
#ifndef TOESIM_HWIF_PCIE_PORT_H
#define TOESIM_HWIF_PCIE_PORT_H

#include <stdbool.h>
#include <stdint.h>

/* Called once, with the simulated time of the event. fn null: nobody wants to know. */
struct pcie_done {
    void (*fn)(void *self, uint64_t cookie, uint64_t now_ps);
    void *self;
    uint64_t cookie;
};

/* End of a DMA read. ok false: link down, aborted or timed out; data is then null. data (len bytes)
 * is valid during the call. */
typedef void pcie_read_fn(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                          uint64_t now_ps);

struct pcie_read_done {
    pcie_read_fn *fn;
    void *self;
    uint64_t cookie;
};

/* What the endpoint may ask of its link. Posted requests keep their order among themselves and are
 * never passed by each other. Lengths up to 64 KiB; the link splits. */
struct pcie_endpoint_ops {
    /* Posted write of len bytes (copied). issued: the last TLP has started on the wire, so every
     * byte is in a posted write on a live link. visible: the last byte is in host memory. Both are
     * called with TIME_NEVER as now_ps if the link is down and the write was discarded. */
    void (*write)(void *self, uint64_t address, const void *data, uint32_t len,
                  struct pcie_done issued, struct pcie_done visible, uint64_t now_ps);
    /* Read of len bytes; several may be outstanding, ends in any order between requests. */
    void (*read)(void *self, uint64_t address, uint32_t len, struct pcie_read_done done,
                 uint64_t now_ps);
    /* MSI-X message of a vector: a posted write behind all earlier writes. */
    void (*msix)(void *self, unsigned vector, uint64_t now_ps);
    bool (*is_up)(const void *self);
    /* The device refuses a posted write to BAR 0 that it has just got. The link logs a completer abort,
     * and reports it as software has asked for (AER). */
    void (*refuse)(void *self, uint64_t now_ps);
    /* The engine fences itself. Requests that have not started are discarded: `visible` gets TIME_NEVER, and reads end with
     * ok = false. Those that have started arrive. May be null. */
    void (*stop)(void *self, uint64_t now_ps);
};

struct pcie_endpoint {
    const struct pcie_endpoint_ops *ops;
    void *self;
};

/* What the link asks of the device behind it: accesses to BAR 0. */
struct pcie_device_ops {
    void (*mmio_write)(void *self, uint32_t offset, const void *data, uint32_t len,
                       uint64_t now_ps);
    uint32_t (*mmio_read32)(void *self, uint32_t offset, uint64_t now_ps);
    /* Function-level reset, bus master off or link down (true): the NIC is fenced; back (false). */
    void (*fence)(void *self, bool fenced, uint64_t now_ps);
};

struct pcie_device {
    const struct pcie_device_ops *ops;
    void *self;
};

/* Who answers a memory request of the NIC. */
enum pcie_route {
    PCIE_ROUTE_MEMORY,
    PCIE_ROUTE_PEER,    /* BAR 0 of the other NIC */
    PCIE_ROUTE_REFUSED, /* the same, but access control forbids it */
    PCIE_ROUTE_NOBODY,
};

/* What the link asks of the host behind the root port. */
struct pcie_host_ops {
    void (*mem_write)(void *self, uint64_t address, const uint8_t *data, uint32_t len,
                      uint64_t now_ps);
    /* Fills data as memory is at now_ps; returns by how much this access takes longer than
     * pcie_host.access_ps (cache or DRAM, way back from the other socket), in ps. */
    uint64_t (*mem_read)(void *self, uint64_t address, uint8_t *data, uint32_t len,
                         uint64_t now_ps);
    void (*msix)(void *self, unsigned nic, unsigned vector, uint64_t now_ps);
    /* A memory request, which crosses no 4 KiB boundary, comes to the root port at arrival_ps: how
     * long its address translation and its way to memory take, in ps. Called in the order of the
     * wire, maybe ahead of time or late: arrival_ps counts, and only one link's. Null: no time. */
    uint64_t (*enter)(void *self, uint64_t address, uint64_t arrival_ps);
    /* Where a request goes, which crosses no 4 KiB boundary. Null: everything is memory. */
    enum pcie_route (*route)(void *self, uint64_t address, uint32_t len);
    /* Requests that go to the peer: whole DWs; a read of one. done comes later. */
    void (*peer_write)(void *self, uint64_t address, const uint8_t *data, uint32_t len,
                       uint64_t now_ps);
    void (*peer_read)(void *self, uint64_t address, struct pcie_read_done done, uint64_t now_ps);
    /* The root port has something to tell at at_ps, which may lie ahead: an error, or the link came
     * or went (hwif/port_regs.h). Null: nobody listens. */
    void (*port_event)(void *self, uint64_t at_ps);
};

/* Goes with probe event PCIE_TLP. */
struct pcie_tlp_info {
    uint64_t address; /* configuration requests: the offset; completions: lower address */
    uint32_t len;     /* payload, or bytes asked for */
    uint16_t tag;
    bool poisoned;
    bool replayed;          /* sent before */
    bool received;          /* false: it will be sent again */
    int64_t header_credits; /* left to the sender of this kind; -1: infinite */
    int64_t data_credits;
};

struct pcie_host {
    const struct pcie_host_ops *ops;
    void *self;
    uint64_t access_ps; /* the shortest memory access, which every DMA read has in it */
};

#endif
