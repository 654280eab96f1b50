/* Measures TLPs per second through one PCIe link alone, with 500000 requests of 256 bytes that
 * are reads and writes in turn. The processor time of the process is measured, so other load on
 * the machine matters little. */
#include "models/base/stage_loop.h"
#include "models/pcie/pcie_link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { IN_FLIGHT = 32, SIZE = 256, REQUESTS = 500000 };

struct bench {
    struct pcie_endpoint endpoint;
    uint64_t started, ended;
};

static void start(struct bench *bench, uint64_t now_ps);

static void on_read(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                    uint64_t now_ps)
{
    (void)cookie;
    (void)data;
    (void)len;
    if (!ok)
        abort();
    ((struct bench *)self)->ended++;
    start(self, now_ps);
}

static void on_visible(void *self, uint64_t cookie, uint64_t now_ps)
{
    (void)cookie;
    ((struct bench *)self)->ended++;
    start(self, now_ps);
}

static void start(struct bench *bench, uint64_t now_ps)
{
    static const uint8_t data[SIZE];
    void *link = bench->endpoint.self;
    if (bench->started == REQUESTS)
        return;
    if (bench->started++ % 2)
        bench->endpoint.ops->read(link, UINT64_C(1) << 32, SIZE,
                                  (struct pcie_read_done){on_read, bench, 0}, now_ps);
    else
        bench->endpoint.ops->write(link, UINT64_C(1) << 32, data, SIZE, (struct pcie_done){0},
                                   (struct pcie_done){on_visible, bench, 0}, now_ps);
}

static void mem_write(void *self, uint64_t address, const uint8_t *data, uint32_t len,
                      uint64_t now_ps)
{
    (void)self, (void)address, (void)data, (void)len, (void)now_ps;
}

static uint64_t mem_read(void *self, uint64_t address, uint8_t *data, uint32_t len, uint64_t now_ps)
{
    (void)self, (void)address, (void)now_ps;
    memset(data, 1, len);
    return 0;
}

static void msix(void *self, unsigned nic, unsigned vector, uint64_t now_ps)
{
    (void)self, (void)nic, (void)vector, (void)now_ps;
}

static void mmio_write(void *self, uint32_t offset, const void *data, uint32_t len, uint64_t now_ps)
{
    (void)self, (void)offset, (void)data, (void)len, (void)now_ps;
}

static uint32_t mmio_read32(void *self, uint32_t offset, uint64_t now_ps)
{
    (void)self, (void)offset, (void)now_ps;
    return 0;
}

static void fence(void *self, bool fenced, uint64_t now_ps)
{
    (void)self, (void)fenced, (void)now_ps;
}

static uint64_t cpu_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

int main(void)
{
    static const struct pcie_device_ops device_ops = {mmio_write, mmio_read32, fence};
    static const struct pcie_host_ops host_ops = {
        .mem_write = mem_write, .mem_read = mem_read, .msix = msix};
    struct pcie_params params;
    pcie_params_default(&params);
    struct pcie_link *link =
        pcie_link_create(&params, 0, (struct pcie_device){&device_ops, NULL},
                         (struct pcie_host){&host_ops, NULL, 27000}, NULL, NULL);
    struct bench bench = {.endpoint = pcie_link_endpoint(link)};
    struct stage_loop loop;
    stage_loop_init(&loop);
    stage_loop_add(&loop, pcie_link_stage(link, "pcie0"));
    uint64_t from = cpu_ns(), events = 0;
    for (int i = 0; i < IN_FLIGHT; i++)
        start(&bench, 0);
    while (bench.ended < REQUESTS && stage_loop_step(&loop, PS_PER_S))
        events++;
    uint64_t ns = cpu_ns() - from;
    const struct pcie_stats *stats = pcie_link_stats(link);
    uint64_t tlps = stats->tlps_up + stats->tlps_down;
    printf("pcie link alone: %llu TLPs, %llu per second, %llu events per 1000 TLPs\n",
           (unsigned long long)tlps, (unsigned long long)(tlps * 1000000000u / ns),
           (unsigned long long)(events * 1000 / tlps));
    bool whole = bench.ended == REQUESTS;
    pcie_link_destroy(link);
    return whole ? 0 : 1;
}
