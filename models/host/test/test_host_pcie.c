/* Tests the host over two real links: round trips, doorbells that follow stores, and interrupts that follow data. */
#include "models/host/test/host_rig.h"
#include "models/pcie/config/pcie_config.h"
#include "models/pcie/pcie_link.h"
#include "models/pcie/test/fake_pcie.h"

#include <criterion/criterion.h>
#include <string.h>

/* A NIC that answers a doorbell by fetching the command and writing it back as a record. */
struct echo_nic {
    struct pcie_endpoint endpoint;
    uint64_t from, to;
    uint32_t reads;
    bool fenced;
    uint64_t doorbell_ps;
};

static struct host_rig rig;
static struct pcie_link *links[NIC_COUNT];
static struct echo_nic nics[NIC_COUNT];
#define OP(name) rig.bus.ops->name

static void on_command(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                       uint64_t now_ps)
{
    struct echo_nic *nic = self;
    (void)cookie;
    if (!ok)
        return;
    nic->endpoint.ops->write(nic->endpoint.self, nic->to, data, len, (struct pcie_done){0},
                             (struct pcie_done){0}, now_ps);
    nic->endpoint.ops->msix(nic->endpoint.self, NIC_VECTOR_EVENT, now_ps);
}

static void on_mmio_write(void *self, uint32_t offset, const void *data, uint32_t len,
                          uint64_t now_ps)
{
    struct echo_nic *nic = self;
    (void)offset;
    (void)data;
    (void)len;
    nic->doorbell_ps = now_ps;
    nic->endpoint.ops->read(nic->endpoint.self, nic->from, 64,
                            (struct pcie_read_done){on_command, nic, 0}, now_ps);
}

static uint32_t on_mmio_read32(void *self, uint32_t offset, uint64_t now_ps)
{
    (void)now_ps;
    ((struct echo_nic *)self)->reads++;
    return offset;
}

static void on_fence(void *self, bool fenced, uint64_t now_ps)
{
    (void)now_ps;
    ((struct echo_nic *)self)->fenced = fenced;
}

static const struct pcie_device_ops device_ops = {on_mmio_write, on_mmio_read32, on_fence};

static void access_mmio_write(void *self, unsigned nic, uint32_t offset, const void *data,
                              uint32_t len, uint64_t now_ps)
{
    (void)self;
    pcie_link_mmio_write(links[nic], offset, data, len, now_ps);
}

static void access_mmio_read32(void *self, unsigned nic, uint32_t offset,
                               struct pcie_read_done done, uint64_t now_ps)
{
    (void)self;
    pcie_link_mmio_read32(links[nic], offset, done, now_ps);
}

static void access_cfg_read32(void *self, unsigned nic, uint32_t offset, struct pcie_read_done done,
                              uint64_t now_ps)
{
    (void)self;
    pcie_link_cfg_read32(links[nic], offset, done, now_ps);
}

static void access_cfg_write32(void *self, unsigned nic, uint32_t offset, uint32_t value,
                               struct pcie_read_done done, uint64_t now_ps)
{
    (void)self;
    pcie_link_cfg_write32(links[nic], offset, value, done, now_ps);
}

static uint32_t access_port_read32(void *self, unsigned nic, uint32_t offset)
{
    (void)self;
    return pcie_link_port_read32(links[nic], offset);
}

static void access_port_write32(void *self, unsigned nic, uint32_t offset, uint32_t value,
                                uint64_t now_ps)
{
    (void)self;
    pcie_link_port_write32(links[nic], offset, value, now_ps);
}

static bool access_claims(void *self, unsigned nic, uint64_t address, uint32_t len,
                          uint32_t *offset)
{
    (void)self;
    return pcie_link_claims(links[nic], address, len, offset);
}

static void start_with(enum host_notify notify)
{
    struct host_params params;
    host_params_default(&params);
    params.notify = notify;
    struct host_nic_access access = {
        access_mmio_write,  access_mmio_read32,  access_cfg_read32, access_cfg_write32,
        access_port_read32, access_port_write32, access_claims,     NULL};
    host_rig_init(&rig, &params, &access);
    struct pcie_params pcie;
    pcie_params_default(&pcie);
    fake_pcie_no_distance(&pcie);
    pcie.root_read_ps -= FAKE_ACCESS_PS; /* the host adds its own access time */
    for (unsigned i = 0; i < NIC_COUNT; i++) {
        nics[i] = (struct echo_nic){0};
        links[i] = pcie_link_create(&pcie, i, (struct pcie_device){&device_ops, &nics[i]},
                                    host_cpu_pcie_host(rig.cpu, i), NULL, NULL);
        nics[i].endpoint = pcie_link_endpoint(links[i]);
        stage_loop_add(&rig.loop, pcie_link_stage(links[i], i ? "pcie1" : "pcie0"));
    }
}

static void start(void) { start_with(HOST_NOTIFY_INTERRUPT); }

static void stop(void)
{
    for (unsigned i = 0; i < NIC_COUNT; i++)
        pcie_link_destroy(links[i]);
    host_rig_free(&rig);
}

TestSuite(host_pcie, .init = start, .fini = stop);

/* The shortest published round trip is 787 ns (docs/timing.md, section 1.10). */
Test(host_pcie, an_mmio_read_takes_the_published_round_trip)
{
    cr_assert_eq(OP(mmio_read32)(rig.bus.self, 1, NIC_REG_STATUS), NIC_REG_STATUS);
    cr_assert_eq(OP(now_ps)(rig.bus.self), 3047 + 780000 + 3047);
    cr_assert_eq(nics[1].reads, 1);
    cr_assert_eq(nics[0].reads, 0);
}

static void ring_doorbell(unsigned nic)
{
    nics[nic].from = OP(mem_alloc)(rig.bus.self, 4096);
    nics[nic].to = OP(mem_alloc)(rig.bus.self, 4096);
    uint8_t command[64];
    memset(command, 0x77, sizeof command);
    uint32_t producer = 1;
    OP(mem_write)(rig.bus.self, nics[nic].from, command, sizeof command);
    OP(mmio_write)(rig.bus.self, nic, NIC_REG_CMD_PRODUCER, &producer, 4);
    OP(charge)(rig.bus.self, CPU_COST_COMMAND, 1);
    OP(charge)(rig.bus.self, CPU_COST_DOORBELL, 1);
}

static uint8_t answered(unsigned nic)
{
    return *(const uint8_t *)OP(mem_read)(rig.bus.self, nics[nic].to, 1);
}

Test(host_pcie, a_command_is_in_memory_when_its_doorbell_arrives_and_the_answer_at_the_interrupt)
{
    ring_doorbell(0);
    cr_assert_eq(OP(wait)(rig.bus.self, TIME_NEVER), 1u << NIC_VECTOR_EVENT);
    cr_assert_eq(answered(0), 0x77);
    /* The step takes 100 ns, and the doorbell has 28 bytes on the link. The read from the LLC takes 412.71 ns. The
     * record has 88 bytes on the link and is visible 200 ns later. The interrupt message follows it, and the handler
     * runs after 1 us. */
    cr_assert_eq(nics[0].doorbell_ps, 103555);
    uint64_t expected = 103555 + 412711 + 11172 + 200000 + 1000000;
    uint64_t got = OP(now_ps)(rig.bus.self);
    cr_assert(got + 3 >= expected && got <= expected + 3, "%lu", (unsigned long)got);
    cr_assert_eq(host_cpu_stats(rig.cpu)->dma_reads_llc, 1);
}

Test(host_pcie, a_link_that_goes_down_under_a_read_answers_all_ones)
{
    pcie_link_set_up(links[0], false, 0);
    cr_assert_eq(OP(mmio_read32)(rig.bus.self, 0, NIC_REG_STATUS), UINT32_MAX);
    cr_assert_not(OP(cfg_write32)(rig.bus.self, 0, PCIE_CONFIG_COMMAND, 0));
    cr_assert_eq(OP(mmio_read32)(rig.bus.self, 1, NIC_REG_MTU), NIC_REG_MTU, "the other one lives");
    cr_assert(nics[0].fenced);
}

Test(host_pcie, the_completion_of_bus_master_off_proves_the_fence)
{
    ring_doorbell(1);
    OP(step_end)(rig.bus.self);
    cr_assert(OP(cfg_write32)(rig.bus.self, 1, PCIE_CONFIG_COMMAND, PCIE_CONFIG_COMMAND_MEMORY));
    cr_assert(nics[1].fenced);
    cr_assert_eq(OP(wait)(rig.bus.self, 10 * PS_PER_US), 0, "no answer any more");
    cr_assert_eq(answered(1), 0);
}

Test(host_pcie_poll, finds_the_answer_at_the_next_look, .fini = stop)
{
    start_with(HOST_NOTIFY_POLL);
    ring_doorbell(0);
    cr_assert_eq(answered(0), 0);
    OP(watch)(rig.bus.self, 1, nics[0].to);
    cr_assert_eq(OP(wait)(rig.bus.self, TIME_NEVER), 1u << 1);
    cr_assert_eq(OP(now_ps)(rig.bus.self), 800000); /* the record was visible at 727.4 ns */
    cr_assert_eq(answered(0), 0x77);
}
