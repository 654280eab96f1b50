/* Tests the ordering rules of models/pcie/wire with a litmus test for each of the 16 cells of
 * timing 1.6. In each test the TLP of the column came first and has no credits. The cell says
 * whether the TLP of the row, which has all the credits it needs, may pass it. */
#include "models/pcie/wire/pcie_wire.h"
#include "models/pcie/wire/pcie_wire_dll.h"

#include "models/test/timing_case.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

enum verdict { MUST_PASS, MUST_WAIT, EITHER };

struct cell {
    char name[48];
    enum pcie_tlp_kind row, column;
    enum verdict verdict;
};

static struct cell cells[] = {
    {"posted, posted", PCIE_TLP_MWR, PCIE_TLP_MWR, MUST_WAIT},
    {"posted, read", PCIE_TLP_MWR, PCIE_TLP_MRD, MUST_PASS},
    {"posted, non-posted with data", PCIE_TLP_MWR, PCIE_TLP_CFGWR, MUST_PASS},
    {"posted, completion", PCIE_TLP_MWR, PCIE_TLP_CPLD, EITHER},
    {"message, posted", PCIE_TLP_MSIX, PCIE_TLP_MWR, MUST_WAIT},
    {"read, posted", PCIE_TLP_MRD, PCIE_TLP_MWR, MUST_WAIT},
    {"read, read", PCIE_TLP_MRD, PCIE_TLP_MRD, EITHER},
    {"read, non-posted with data", PCIE_TLP_MRD, PCIE_TLP_CFGWR, EITHER},
    {"read, completion", PCIE_TLP_MRD, PCIE_TLP_CPLD, EITHER},
    {"non-posted with data, posted", PCIE_TLP_CFGWR, PCIE_TLP_MWR, MUST_WAIT},
    {"non-posted with data, read", PCIE_TLP_CFGWR, PCIE_TLP_MRD, EITHER},
    {"non-posted with data, the same", PCIE_TLP_CFGWR, PCIE_TLP_CFGWR, EITHER},
    {"non-posted with data, completion", PCIE_TLP_CFGWR, PCIE_TLP_CPLD, EITHER},
    {"completion, posted", PCIE_TLP_CPLD, PCIE_TLP_MWR, MUST_WAIT},
    {"completion, read", PCIE_TLP_CPLD, PCIE_TLP_MRD, MUST_PASS},
    {"completion, non-posted with data", PCIE_TLP_CPLD, PCIE_TLP_CFGWR, MUST_PASS},
    {"completion, same transaction", PCIE_TLP_CPLD, PCIE_TLP_CPLD, MUST_WAIT},
};

static struct pcie_tlp packet(enum pcie_tlp_kind kind, uint16_t tag)
{
    return (struct pcie_tlp){.kind = (uint8_t)kind, .address = 0x1000, .len = 64, .tag = tag};
}

/* Starts the TLP that may start now. Returns its tag, or 0 if none may start. */
static uint16_t take(struct pcie_wire *wire)
{
    struct pcie_tlp tlp = {0};
    struct pcie_choice choice = pcie_wire_pick(wire, 0);
    if (choice.pick == PCIE_PICK_NONE)
        return 0;
    cr_assert(pcie_wire_start(wire, &choice, &tlp));
    return tlp.tag;
}

ParameterizedTestParameters(pcie_order, cells_of_timing_1_6)
{
    return cr_make_param_array(struct cell, cells, sizeof cells / sizeof *cells);
}

ParameterizedTest(struct cell *row, pcie_order, cells_of_timing_1_6)
{
    struct pcie_wire wires[2];
    for (int d = 0; d < 2; d++)
        pcie_wire_init(&wires[d], 65, 0);
    for (int d = 0; d < 2; d++)
        pcie_wire_dll_init(&wires[d], &wires[1 - d], 3, 8, 256);
    struct pcie_wire *wire = &wires[0];
    struct pcie_tlp column = packet(row->column, 1), behind = packet(row->row, 2);
    pcie_wire_push(wire, &column, 0);
    pcie_wire_push(wire, &behind, 0);
    bool blocks = column.flow != PCIE_FLOW_NONE;
    struct pcie_flow *flow = &wire->flows[blocks ? column.flow : 0];
    if (blocks) { /* the only header credit is already used */
        flow->capacity.headers = 1;
        pcie_flow_take(flow, (struct pcie_units){1, 0}, 0);
    }
    uint16_t first = take(wire);
    bool right = row->verdict == EITHER || first == (row->verdict == MUST_PASS ? 2 : !blocks);
    timing_case("1.6 ordering", 1, right);
    if (row->verdict == MUST_PASS)
        cr_assert_eq(first, 2, "%s", row->name);
    else if (row->verdict == MUST_WAIT)
        cr_assert_eq(first, blocks ? 0 : 1, "%s", row->name);
    /* Once there are credits, both TLPs must leave. */
    flow->capacity.headers = 0;
    unsigned seen = first ? 1u << first : 0;
    for (uint16_t tag = take(wire); tag; tag = take(wire))
        seen |= 1u << tag;
    cr_assert_eq(seen, 6, "%s", row->name);
    for (int d = 0; d < 2; d++)
        pcie_wire_free(&wires[d]);
}
