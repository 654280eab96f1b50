/* Tests peer-to-peer requests: requests of a NIC that are not for memory, over two real links into the host. The host
 * passes them to the other NIC in order, refuses them by access control (ACS), or finds that nobody claims them. */
#include "models/host/test/host_rig.h"
#include "models/hwif/port_regs.h"
#include "models/pcie/config/pcie_space.h"
#include "models/pcie/pcie_link.h"

#include <criterion/criterion.h>
#include <string.h>

enum { REGISTERS = 64 };

/* A device that keeps the values written to its registers, and the time of each write. */
struct card {
    struct pcie_endpoint endpoint;
    uint32_t registers[REGISTERS];
    uint32_t writes, reads;
    uint64_t written_ps[REGISTERS];
};

struct end {
    uint32_t count;
    bool ok;
    uint32_t value;
    uint64_t now_ps;
};

static struct host_rig rig;
static struct pcie_link *links[NIC_COUNT];
static struct card cards[NIC_COUNT];
static struct end ended, visible;

static void on_write(void *self, uint32_t offset, const void *data, uint32_t len, uint64_t now_ps)
{
    struct card *card = self;
    cr_assert_leq(offset + len, sizeof card->registers);
    memcpy((uint8_t *)card->registers + offset, data, len);
    card->written_ps[card->writes++] = now_ps;
}

static uint32_t on_read(void *self, uint32_t offset, uint64_t now_ps)
{
    struct card *card = self;
    (void)now_ps;
    card->reads++;
    return card->registers[offset / 4];
}

static void on_fence(void *self, bool fenced, uint64_t now_ps)
{
    (void)self, (void)fenced, (void)now_ps;
}

static void mmio_write(void *self, unsigned nic, uint32_t offset, const void *data, uint32_t len,
                       uint64_t now_ps)
{
    (void)self;
    pcie_link_mmio_write(links[nic], offset, data, len, now_ps);
}

static void mmio_read32(void *self, unsigned nic, uint32_t offset, struct pcie_read_done done,
                        uint64_t now_ps)
{
    (void)self;
    pcie_link_mmio_read32(links[nic], offset, done, now_ps);
}

static bool claims(void *self, unsigned nic, uint64_t address, uint32_t len, uint32_t *offset)
{
    (void)self;
    return pcie_link_claims(links[nic], address, len, offset);
}

static void start(bool p2p)
{
    static const struct pcie_device_ops ops = {on_write, on_read, on_fence};
    struct host_params params;
    struct pcie_params pcie;
    host_params_default(&params);
    pcie_params_default(&pcie);
    params.p2p = pcie.p2p = p2p;
    struct host_nic_access access = {
        .mmio_write = mmio_write, .mmio_read32 = mmio_read32, .claims = claims};
    host_rig_init(&rig, &params, &access);
    for (unsigned i = 0; i < NIC_COUNT; i++) {
        cards[i] = (struct card){.registers = {0x100 + i}};
        links[i] = pcie_link_create(&pcie, i, (struct pcie_device){&ops, &cards[i]},
                                    host_cpu_pcie_host(rig.cpu, i), NULL, NULL);
        cards[i].endpoint = pcie_link_endpoint(links[i]);
        stage_loop_add(&rig.loop, pcie_link_stage(links[i], i ? "pcie1" : "pcie0"));
    }
    ended = visible = (struct end){0};
}

static void stop(void)
{
    for (unsigned i = 0; i < NIC_COUNT; i++)
        pcie_link_destroy(links[i]);
    host_rig_free(&rig);
}

TestSuite(host_peer, .fini = stop);

static void on_end(void *self, uint64_t cookie, bool ok, const uint8_t *data, uint32_t len,
                   uint64_t now_ps)
{
    (void)cookie;
    struct end *end = self;
    end->count++;
    end->ok = ok;
    end->now_ps = now_ps;
    if (ok)
        memcpy(&end->value, data, len < 4 ? len : 4);
}

static void on_visible(void *self, uint64_t cookie, uint64_t now_ps)
{
    (void)cookie;
    struct end *end = self;
    end->count++;
    end->now_ps = now_ps;
}

static void run(void)
{
    uint64_t until_ps = rig.loop.now_ps + 50 * PS_PER_US;
    while (stage_loop_step(&rig.loop, until_ps))
        ;
}

static void read_at(unsigned nic, uint64_t address, uint32_t len)
{
    struct pcie_endpoint from = cards[nic].endpoint;
    from.ops->read(from.self, address, len, (struct pcie_read_done){on_end, &ended, 0},
                   rig.loop.now_ps);
}

static void write_at(unsigned nic, uint64_t address, uint32_t value, uint32_t len)
{
    struct pcie_endpoint from = cards[nic].endpoint;
    from.ops->write(from.self, address, &value, len, (struct pcie_done){0},
                    (struct pcie_done){on_visible, &visible, 0}, rig.loop.now_ps);
}

static uint32_t uncorrectable(unsigned nic)
{
    return pcie_link_port_read32(links[nic], PORT_UNCORRECTABLE);
}

Test(host_peer, a_read_crosses_both_links_when_it_is_allowed)
{
    start(true);
    read_at(0, pcie_link_bar0(links[1]), 4);
    run();
    cr_assert(ended.count == 1 && ended.ok);
    cr_assert_eq(ended.value, 0x101);
    cr_assert_eq(cards[1].reads, 1);
    cr_assert_eq(cards[0].reads, 0);
    /* The read and its completion cross a link four times. The root complex and the device take their time once. */
    struct pcie_params pcie;
    pcie_params_default(&pcie);
    uint64_t floor_ps = 4 * pcie.propagation_ps + pcie.root_read_ps + pcie.device_mmio_ps;
    cr_assert(ended.now_ps > floor_ps && ended.now_ps < floor_ps + 60 * PS_PER_NS, "%lu",
              (unsigned long)ended.now_ps);
    cr_assert_eq(pcie_link_stats(links[0])->peer_reads, 1);
    cr_assert_eq(uncorrectable(0) | uncorrectable(1), 0);
}

Test(host_peer, writes_arrive_in_order_and_a_read_behind_them_sees_them)
{
    start(true);
    uint64_t bar0 = pcie_link_bar0(links[0]);
    for (uint32_t i = 0; i < 8; i++)
        write_at(1, bar0 + 4 * i, 0x5500 + i, 4);
    read_at(1, bar0 + 28, 4);
    run();
    cr_assert_eq(cards[0].writes, 8);
    for (uint32_t i = 0; i < 8; i++) {
        cr_assert_eq(cards[0].registers[i], 0x5500 + i);
        cr_assert(i == 0 || cards[0].written_ps[i] >= cards[0].written_ps[i - 1]);
    }
    cr_assert_eq(visible.count, 8);
    cr_assert(ended.ok && ended.value == 0x5507);
    cr_assert_eq(pcie_link_stats(links[1])->peer_writes, 8);
}

Test(host_peer, a_refused_read_is_a_completer_abort_and_a_violation_at_the_port)
{
    start(false);
    read_at(0, pcie_link_bar0(links[1]), 4);
    run();
    cr_assert(ended.count == 1 && !ended.ok);
    cr_assert_eq(cards[1].reads, 0);
    cr_assert_eq(pcie_link_stats(links[0])->peer_refused, 1);
    cr_assert_eq(pcie_link_stats(links[0])->completer_aborts, 1);
    cr_assert_eq(uncorrectable(0), 1u << 21, "ACS violation");
    cr_assert_eq(uncorrectable(1), 0);
}

Test(host_peer, a_refused_write_is_lost_and_said_to_be)
{
    start(false);
    write_at(1, pcie_link_bar0(links[0]), 7, 4);
    run();
    cr_assert_eq(cards[0].writes, 0);
    cr_assert(visible.count == 1 && visible.now_ps == TIME_NEVER);
    cr_assert_eq(pcie_link_stats(links[1])->peer_refused, 1);
    cr_assert_eq(uncorrectable(1), 1u << 21);
}

Test(host_peer, what_nobody_claims_is_an_unsupported_request)
{
    start(true);
    read_at(0, pcie_link_bar0(links[1]) + NIC_BAR0_BYTES, 4); /* the first address after the BAR */
    run();
    cr_assert(ended.count == 1 && !ended.ok);
    read_at(0, pcie_link_bar0(links[0]), 4); /* in its own BAR */
    run();
    read_at(0, 0x1000, 64); /* an address below the memory */
    run();
    cr_assert(ended.count == 3 && !ended.ok);
    write_at(0, 0x1000, 1, 4);
    write_at(0, pcie_link_bar0(links[1]) + 1, 1, 2); /* not a whole register */
    run();
    cr_assert_eq(pcie_link_stats(links[0])->unclaimed, 5);
    cr_assert_eq(pcie_link_stats(links[0])->completer_aborts, 0);
    cr_assert_eq(uncorrectable(0), 1u << 20);
    cr_assert_eq(cards[1].writes + cards[1].reads, 0);
    cr_assert_eq(visible.count, 2);
}

Test(host_peer, a_long_read_of_registers_is_aborted_by_the_completer)
{
    start(true);
    read_at(0, pcie_link_bar0(links[1]), 64);
    run();
    cr_assert(ended.count == 1 && !ended.ok);
    cr_assert_eq(pcie_link_stats(links[0])->completer_aborts, 1);
    cr_assert_eq(cards[1].reads, 0);
}

/* A read ends with an error when one of the two links goes down meanwhile, and so does the next read. */
Test(host_peer, a_link_that_goes_down_ends_the_read)
{
    for (unsigned which = 0; which < NIC_COUNT; which++) {
        start(true);
        read_at(0, pcie_link_bar0(links[1]), 4);
        while (cards[1].reads == 0)
            cr_assert(stage_loop_step(&rig.loop, PS_PER_MS));
        pcie_link_set_up(links[which], false, rig.loop.now_ps);
        run();
        cr_assert(ended.count == 1 && !ended.ok, "link %u", which);
        read_at(0, pcie_link_bar0(links[1]), 4);
        run();
        cr_assert(ended.count == 2 && !ended.ok, "link %u", which);
        if (which == 0)
            stop();
    }
}

Test(host_peer, access_control_is_in_the_ports_registers)
{
    start(false);
    cr_assert_eq(pcie_link_port_read32(links[0], 0x148) & 0xffff, 0x0d);
    cr_assert_eq(pcie_link_port_read32(links[0], 0x14c), 0x000c000c);
    stop();
    start(true);
    cr_assert_eq(pcie_link_port_read32(links[0], 0x14c), 0x0000000c);
}
