/* Payload of queued write TLPs. The cells have one MPS each and are reused. */
#ifndef TOESIM_PCIE_PCIE_CELLS_H
#define TOESIM_PCIE_PCIE_CELLS_H

#include <stddef.h>
#include <stdint.h>

struct pcie_cells {
    struct pcie_slab *slabs;
    struct pcie_cell *free_list;
    size_t cell_bytes;
    size_t in_use;
};

void pcie_cells_init(struct pcie_cells *cells, size_t cell_bytes);
void pcie_cells_free_all(struct pcie_cells *cells);

/* Returns a cell with a copy of `data`; `len` is at most cell_bytes. */
uint8_t *pcie_cells_take(struct pcie_cells *cells, const void *data, size_t len);
void pcie_cells_give(struct pcie_cells *cells, uint8_t *data);

#endif
