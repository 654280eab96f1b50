/* The requests of the endpoint: DMA writes and reads, MSI-X, and the tags of the reads. */
#ifndef TOESIM_PCIE_PCIE_DMA_H
#define TOESIM_PCIE_PCIE_DMA_H

#include "models/pcie/pcie_link_pvt.h"

void pcie_dma_init(struct pcie_link *link);
void pcie_dma_free(struct pcie_link *link);
uint64_t pcie_dma_tag_ready_ps(const struct pcie_link *link);
void pcie_dma_take_tag(struct pcie_link *link, struct pcie_tlp *tlp);
void pcie_dma_on_completion(struct pcie_link *link, const struct pcie_tlp *tlp, uint64_t now_ps);
void pcie_dma_send_msix(struct pcie_link *link, unsigned vector, uint64_t now_ps);
void pcie_dma_send_pending(struct pcie_link *link, uint64_t now_ps);
/* Ends a request of the read that will never be completed. */
void pcie_dma_forget(struct pcie_link *link, const struct pcie_tlp *tlp);
void pcie_dma_abort_reads(struct pcie_link *link, uint64_t now_ps);
/* Ends all reads after the link went down, because no completion will come. */
void pcie_dma_drop_reads(struct pcie_link *link);
void pcie_dma_reset_tags(struct pcie_link *link, uint64_t now_ps);

void pcie_dma_on_timeout(struct pcie_link *link, struct pcie_tlp *tlp, uint64_t now_ps);

#endif
