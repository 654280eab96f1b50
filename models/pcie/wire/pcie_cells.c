#include "models/pcie/wire/pcie_cells.h"

#include "models/base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SLAB_CELLS = 64 };

struct pcie_cell {
    struct pcie_cell *next;
};

struct pcie_slab {
    struct pcie_slab *next;
    uint64_t bytes[];
};

void pcie_cells_init(struct pcie_cells *cells, size_t cell_bytes)
{
    assert(cell_bytes >= sizeof(struct pcie_cell));
    assert(cell_bytes % sizeof(uint64_t) == 0);
    *cells = (struct pcie_cells){.cell_bytes = cell_bytes};
}

void pcie_cells_free_all(struct pcie_cells *cells)
{
    while (cells->slabs) {
        struct pcie_slab *next = cells->slabs->next;
        free(cells->slabs);
        cells->slabs = next;
    }
    cells->free_list = NULL;
}

static void grow(struct pcie_cells *cells)
{
    struct pcie_slab *slab = malloc(sizeof *slab + SLAB_CELLS * cells->cell_bytes);
    memory_check(slab);
    slab->next = cells->slabs;
    cells->slabs = slab;
    for (size_t i = 0; i < SLAB_CELLS; i++) {
        struct pcie_cell *cell = (void *)&slab->bytes[i * (cells->cell_bytes / sizeof(uint64_t))];
        cell->next = cells->free_list;
        cells->free_list = cell;
    }
}

uint8_t *pcie_cells_take(struct pcie_cells *cells, const void *data, size_t len)
{
    assert(len <= cells->cell_bytes);
    if (!cells->free_list)
        grow(cells);
    struct pcie_cell *cell = cells->free_list;
    cells->free_list = cell->next;
    cells->in_use++;
    memcpy(cell, data, len);
    return (uint8_t *)cell;
}

void pcie_cells_give(struct pcie_cells *cells, uint8_t *data)
{
    assert(cells->in_use > 0);
    struct pcie_cell *cell = (void *)data;
    cell->next = cells->free_list;
    cells->free_list = cell;
    cells->in_use--;
}
