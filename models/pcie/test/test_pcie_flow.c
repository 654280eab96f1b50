/* Tests models/pcie/wire: when Acks and UpdateFCs leave (timing 1.4). */
#include "models/base/units.h"
#include "models/pcie/wire/pcie_wire.h"
#include "models/pcie/wire/pcie_wire_dll.h"
#include "models/test/timing_case.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

static struct pcie_wire up, down;

static void open_wires(unsigned gen, unsigned lanes, uint32_t mps_bytes)
{
    struct pcie_wire *wires[2] = {&up, &down};
    for (int i = 0; i < 2; i++)
        pcie_wire_init(wires[i], pcie_rate_ticks_per_byte(gen, lanes), 0);
    for (int i = 0; i < 2; i++) {
        pcie_wire_dll_init(wires[i], wires[1 - i], gen, lanes, mps_bytes);
        wires[i]->flows[PCIE_FLOW_P].capacity = (struct pcie_units){100, 2000};
        wires[i]->flows[PCIE_FLOW_P].urgent = (struct pcie_units){1, mps_bytes / 16};
        wires[i]->flows[PCIE_FLOW_ACK].capacity.data = 1 << 20;
    }
}

static void close_wires(void)
{
    pcie_wire_free(&up);
    pcie_wire_free(&down);
}

static struct pcie_tlp send(uint64_t now_ps)
{
    struct pcie_tlp tlp = {.kind = PCIE_TLP_MWR, .address = UINT64_C(0x100000000), .len = 64};
    pcie_wire_push(&up, &tlp, now_ps);
    struct pcie_choice choice = pcie_wire_pick(&up, 0);
    cr_assert(pcie_wire_start(&up, &choice, &tlp));
    return tlp;
}

struct ack_row {
    unsigned gen, lanes;
    uint32_t mps;
    uint64_t symbols, symbol_ps; /* timing 1.4, 1.1 */
};

static struct ack_row rows[] = {
    {1, 1, 256, 416, 4000}, {1, 4, 128, 73, 4000},  {2, 8, 256, 158, 2000},
    {3, 8, 128, 163, 1000}, {3, 8, 256, 203, 1000}, {3, 8, 512, 182, 1000},
    {4, 16, 256, 168, 500}, {5, 16, 512, 182, 250}, {5, 1, 4096, 4239, 250},
};

ParameterizedTestParameters(pcie_flow, an_ack_leaves_at_its_limit_after_the_first_tlp)
{
    return cr_make_param_array(struct ack_row, rows, sizeof rows / sizeof *rows);
}

ParameterizedTest(struct ack_row *row, pcie_flow, an_ack_leaves_at_its_limit_after_the_first_tlp)
{
    open_wires(row->gen, row->lanes, row->mps);
    struct pcie_tlp first = send(0);
    struct pcie_tlp second = send(first.arrival_ps);
    uint64_t limit_ps = row->symbols * row->symbol_ps;
    uint64_t leaves_ps = pcie_wire_dllp_next_ps(&down);
    timing_case("1.4 Ack on the wire", limit_ps, leaves_ps - first.arrival_ps);
    cr_assert_eq(leaves_ps, first.arrival_ps + limit_ps);
    pcie_wire_dll_advance(&down, leaves_ps - 1);
    cr_assert_eq(down.stats.acks, 0);
    pcie_wire_dll_advance(&down, leaves_ps);
    cr_assert_eq(down.stats.acks, 1);
    bool both = second.arrival_ps <= leaves_ps; /* then one Ack acknowledges both */
    cr_assert_eq(up.flows[PCIE_FLOW_ACK].due_ps, both ? TIME_NEVER : second.arrival_ps + limit_ps);
    close_wires();
}

/* With TLPs back to back, an Ack acknowledges all TLPs that end within the limit after the first of
 * them. The first TLP of the next Ack is the one that ends after that. The distance between Acks is
 * therefore the limit, rounded up to the end of a TLP. */
struct spacing_row {
    uint32_t mps, len;
    uint64_t tlps, ps; /* TLPs per Ack, and the time of these TLPs (timing 1.2) */
};

static struct spacing_row spacings[] = {
    {128, 256, 5, 175195}, {256, 256, 6, 210234}, {128, 64, 16, 170625}, {256, 64, 20, 213281}};

ParameterizedTestParameters(pcie_flow, acks_of_a_stream_are_the_limit_rounded_up_to_a_tlp_apart)
{
    return cr_make_param_array(struct spacing_row, spacings, sizeof spacings / sizeof *spacings);
}

ParameterizedTest(struct spacing_row *row, pcie_flow,
                  acks_of_a_stream_are_the_limit_rounded_up_to_a_tlp_apart)
{
    enum { ACKS = 20 };
    open_wires(3, 8, row->mps);
    uint64_t acks_ps[ACKS] = {0};
    for (size_t acks = 0; acks < ACKS;) {
        struct pcie_tlp tlp = {.kind = PCIE_TLP_CPLD, .len = row->len};
        pcie_wire_push(&up, &tlp, 0);
        struct pcie_choice choice = pcie_wire_pick(&up, 0);
        cr_assert(pcie_wire_start(&up, &choice, &tlp));
        uint64_t leaves_ps = pcie_wire_dllp_next_ps(&down);
        if (leaves_ps >= tlp.arrival_ps)
            continue;
        pcie_wire_dll_advance(&down, leaves_ps);
        acks_ps[acks++] = leaves_ps;
        cr_assert_eq(down.stats.acks, acks);
    }
    uint64_t ps = acks_ps[ACKS - 1] - acks_ps[0];
    timing_case("2 Ack spacing", (ACKS - 1) * row->ps, ps);
    cr_assert(ps + ACKS >= (ACKS - 1) * row->ps && ps <= (ACKS - 1) * row->ps + ACKS, "%lu",
              (unsigned long)ps);
    close_wires();
}

Test(pcie_flow, an_update_fc_leaves_at_its_limit_or_at_once_when_the_sender_may_be_waiting)
{
    open_wires(3, 8, 256);
    struct pcie_tlp tlp = send(0);
    pcie_wire_release(&up, &tlp, tlp.arrival_ps);
    cr_assert_eq(up.flows[PCIE_FLOW_P].due_ps, tlp.arrival_ps + 203 * PS_PER_NS);
    close_wires();
    open_wires(3, 8, 256);
    up.flows[PCIE_FLOW_P].capacity = (struct pcie_units){1, 16};
    tlp = send(0);
    pcie_wire_release(&up, &tlp, tlp.arrival_ps);
    cr_assert_eq(up.flows[PCIE_FLOW_P].due_ps, tlp.arrival_ps);
    close_wires();
}

/* Timing 1.4 asks for an UpdateFC of each type at least every 30 us. */
Test(pcie_flow, update_fcs_repeat_every_30_us_and_infinite_credits_are_never_reported)
{
    open_wires(3, 8, 256);
    cr_assert_eq(up.flows[PCIE_FLOW_P].due_ps, 30 * PS_PER_US);
    cr_assert_eq(up.flows[PCIE_FLOW_NP].due_ps, 30 * PS_PER_US);
    pcie_wire_dll_advance(&down, 31 * PS_PER_US);
    timing_case("1.4 UpdateFC period", 60 * PS_PER_US, up.flows[PCIE_FLOW_P].due_ps);
    cr_assert_eq(up.flows[PCIE_FLOW_P].due_ps, 60 * PS_PER_US);
    close_wires();
}
