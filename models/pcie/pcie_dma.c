#include "models/pcie/pcie_dma.h"

#include "models/pcie/pcie_link_pvt.h"
#include "models/pcie/pcie_report_pvt.h"

#include "models/base/memory.h"

#include <assert.h>
#include <stdlib.h>

enum { DMA_BYTES_MAX = 65536 };

static void count_discarded(struct pcie_link *link, uint64_t address, uint32_t len, uint32_t max)
{
    while (len > 0) {
        uint32_t piece = pcie_split_request(address, len, max);
        address += piece;
        len -= piece;
        link->stats.discarded++;
    }
}

static void dma_write(void *self, uint64_t address, const void *data, uint32_t len,
                      struct pcie_done issued, struct pcie_done visible, uint64_t now_ps)
{
    struct pcie_link *link = self;
    assert(len > 0 && len <= DMA_BYTES_MAX);
    uint32_t mps = pcie_config_mps_bytes(&link->config);
    link->stats.writes++;
    if (!link->master) {
        count_discarded(link, address, len, mps);
        pcie_link_note(link, issued, now_ps, TIME_NEVER);
        pcie_link_note(link, visible, now_ps, TIME_NEVER);
        return;
    }
    pcie_link_catch_up(link, now_ps);
    link->write_bytes_queued += len;
    if (link->write_bytes_queued > link->params.write_queue_bytes)
        link->stats.write_stalls++;
    link->stats.write_bytes_queued_max =
        u32_max(link->stats.write_bytes_queued_max, link->write_bytes_queued);
    const uint8_t *bytes = data;
    while (len > 0) {
        uint32_t piece = pcie_split_request(address, len, mps);
        struct pcie_tlp tlp = {.kind = PCIE_TLP_MWR, .address = address, .len = piece};
        tlp.payload = pcie_cells_take(&link->cells, bytes, piece);
        tlp.last = piece == len;
        if (tlp.last) {
            tlp.issued = issued;
            tlp.visible = visible;
        }
        pcie_link_push(link, PCIE_UP, &tlp, now_ps);
        address += piece;
        bytes += piece;
        len -= piece;
    }
    pcie_link_wake(link, now_ps);
}

static uint32_t read_take(struct pcie_link *link, uint32_t len)
{
    if (link->read_free_count == 0) {
        uint32_t count = link->read_count ? 2 * link->read_count : 16;
        link->reads = realloc(link->reads, count * sizeof *link->reads);
        link->reads_free = realloc(link->reads_free, count * sizeof *link->reads_free);
        memory_check(link->reads);
        memory_check(link->reads_free);
        for (uint32_t i = count; i > link->read_count; i--) {
            link->reads[i - 1] = (struct pcie_dma_read){0};
            link->reads_free[link->read_free_count++] = i - 1;
        }
        link->read_count = count;
    }
    uint32_t index = link->reads_free[--link->read_free_count];
    struct pcie_dma_read *read = &link->reads[index];
    assert(!read->in_use);
    if (read->capacity < len) {
        free(read->data);
        read->data = malloc(len);
        memory_check(read->data);
        read->capacity = len;
    }
    read->len = len;
    read->due_bytes = len;
    read->in_use = true;
    read->aborted = false;
    read->failed = false;
    link->read_active++;
    return index;
}

static void read_give(struct pcie_link *link, uint32_t index)
{
    assert(link->reads[index].in_use);
    link->reads[index].in_use = false;
    link->reads_free[link->read_free_count++] = index;
    link->read_active--;
}

static void dma_read(void *self, uint64_t address, uint32_t len, struct pcie_read_done done,
                     uint64_t now_ps)
{
    struct pcie_link *link = self;
    assert(len > 0 && len <= DMA_BYTES_MAX);
    assert(done.fn);
    uint32_t mrrs = pcie_config_mrrs_bytes(&link->config);
    link->stats.reads++;
    if (!link->master) {
        count_discarded(link, address, len, mrrs);
        pcie_link_note_failed(link, done, now_ps);
        return;
    }
    pcie_link_catch_up(link, now_ps);
    uint32_t index = read_take(link, len);
    link->reads[index].done = done;
    for (uint32_t offset = 0; offset < len;) {
        uint32_t piece = pcie_split_request(address + offset, len - offset, mrrs);
        struct pcie_tlp tlp = {.kind = PCIE_TLP_MRD,
                               .address = address + offset,
                               .len = piece,
                               .read = index,
                               .read_offset = offset};
        pcie_link_push(link, PCIE_UP, &tlp, now_ps);
        offset += piece;
    }
    pcie_link_wake(link, now_ps);
}

void pcie_dma_send_msix(struct pcie_link *link, unsigned vector, uint64_t now_ps)
{
    struct pcie_tlp tlp = {.kind = PCIE_TLP_MSIX,
                           .address = pcie_config_msix_address(&link->config, vector),
                           .len = 4,
                           .vector = (uint16_t)vector};
    pcie_link_push(link, PCIE_UP, &tlp, now_ps);
    pcie_link_wake(link, now_ps);
}

void pcie_dma_send_pending(struct pcie_link *link, uint64_t now_ps)
{
    if (!link->master)
        return;
    for (;;) {
        int vector = pcie_config_msix_take_pending(&link->config);
        if (vector < 0)
            break;
        pcie_dma_send_msix(link, (unsigned)vector, now_ps);
    }
}

static void dma_msix(void *self, unsigned vector, uint64_t now_ps)
{
    struct pcie_link *link = self;
    assert(vector < NIC_VECTOR_COUNT);
    link->stats.msix++;
    if (!link->master) {
        link->stats.discarded++;
        return;
    }
    pcie_link_catch_up(link, now_ps);
    if (pcie_config_msix_raise(&link->config, vector))
        pcie_dma_send_msix(link, vector, now_ps);
    else
        link->stats.msix_masked++;
}

static bool dma_is_up(const void *self) { return ((const struct pcie_link *)self)->master; }

static void dma_refuse(void *self, uint64_t now_ps)
{
    struct pcie_link *link = self;
    pcie_link_catch_up(link, now_ps);
    pcie_report_of_endpoint(link, PCIE_ERROR_COMPLETER_ABORT, now_ps);
    pcie_link_wake(link, now_ps);
}

static void dma_stop(void *self, uint64_t now_ps)
{
    struct pcie_link *link = self;
    pcie_link_catch_up(link, now_ps);
    link->stop_master(link, now_ps);
    pcie_link_wake(link, now_ps);
}

const struct pcie_endpoint_ops pcie_dma_ops = {
    .write = dma_write,
    .read = dma_read,
    .msix = dma_msix,
    .is_up = dma_is_up,
    .refuse = dma_refuse,
    .stop = dma_stop,
};

void pcie_dma_init(struct pcie_link *link) { pcie_dma_reset_tags(link, 0); }

void pcie_dma_free(struct pcie_link *link)
{
    for (uint32_t i = 0; i < link->read_count; i++)
        free(link->reads[i].data);
    free(link->reads);
    free(link->reads_free);
}

uint64_t pcie_dma_tag_ready_ps(const struct pcie_link *link)
{
    return link->tags_used < pcie_config_tags(&link->config) ? link->tag_ps : TIME_NEVER;
}

/* Takes the tag that has been free for the longest time, so that a late completion rarely meets a new
 * request with its tag. */
void pcie_dma_take_tag(struct pcie_link *link, struct pcie_tlp *tlp)
{
    assert(link->tags_used < link->params.tags);
    tlp->tag = link->tags_free[link->tag_head];
    link->tag_head = (link->tag_head + 1) % link->params.tags;
    link->tags_used++;
    link->stats.tags_used_max = u32_max(link->stats.tags_used_max, link->tags_used);
}

static void give_tag(struct pcie_link *link, uint16_t tag, uint64_t now_ps)
{
    assert(link->tags_used > 0);
    link->outlook.valid = false;
    if (pcie_dma_tag_ready_ps(link) == TIME_NEVER)
        link->tag_ps = now_ps;
    uint32_t free_count = link->params.tags - link->tags_used;
    link->tags_free[(link->tag_head + free_count) % link->params.tags] = tag;
    link->tags_used--;
}

void pcie_dma_forget(struct pcie_link *link, const struct pcie_tlp *tlp)
{
    struct pcie_dma_read *read = &link->reads[tlp->read];
    assert(read->in_use && read->due_bytes >= tlp->len);
    read->due_bytes -= tlp->len;
    if (read->due_bytes == 0 && read->aborted)
        read_give(link, tlp->read);
}

static void note_failure(struct pcie_link *link, struct pcie_dma_read *read,
                         const struct pcie_tlp *tlp, uint64_t now_ps)
{
    read->failed = true;
    if (!tlp->last)
        return;
    if (tlp->unsupported) {
        pcie_report_of_endpoint(link, PCIE_ERROR_MASTER_ABORT, now_ps);
    } else if (tlp->aborted) {
        link->stats.completer_aborts++;
        pcie_report_of_endpoint(link, PCIE_ERROR_TARGET_ABORT, now_ps);
    } else if (tlp->poisoned) {
        link->stats.poisoned++;
        pcie_report_of_endpoint(link, PCIE_ERROR_POISONED, now_ps);
    } else {
        link->stats.completion_timeouts++;
        pcie_report_of_endpoint(link, PCIE_ERROR_COMPLETION_TIMEOUT, now_ps);
    }
}

void pcie_dma_on_timeout(struct pcie_link *link, struct pcie_tlp *tlp, uint64_t now_ps)
{
    note_failure(link, &link->reads[tlp->read], tlp, now_ps);
    pcie_dma_on_completion(link, tlp, now_ps);
    pcie_link_wake(link, now_ps);
}

/* Handles the arrival of a completion. Its bytes were copied into the buffer when it was formed. */
void pcie_dma_on_completion(struct pcie_link *link, const struct pcie_tlp *tlp, uint64_t now_ps)
{
    struct pcie_dma_read *read = &link->reads[tlp->read];
    assert(read->in_use && read->due_bytes >= tlp->len);
    if (tlp->last)
        give_tag(link, tlp->tag, now_ps);
    if (tlp->poisoned || tlp->aborted || tlp->unsupported)
        note_failure(link, read, tlp, now_ps);
    read->due_bytes -= tlp->len;
    if (read->aborted)
        link->stats.discarded++;
    if (read->due_bytes > 0)
        return;
    if (read->aborted) {
        read_give(link, tlp->read);
        return;
    }
    /* The slot is freed only after the call, because the engine may start reads in it. Those may move
     * link->reads, but not this buffer. */
    read->aborted = true;
    struct pcie_dma_read ended = *read;
    bool ok = !ended.failed;
    ended.done.fn(ended.done.self, ended.done.cookie, ok, ok ? ended.data : NULL,
                  ok ? ended.len : 0, now_ps);
    read_give(link, tlp->read);
}

void pcie_dma_abort_reads(struct pcie_link *link, uint64_t now_ps)
{
    for (uint32_t i = 0; i < link->read_count; i++) {
        struct pcie_dma_read *read = &link->reads[i];
        if (!read->in_use || read->aborted)
            continue;
        read->aborted = true;
        pcie_link_note_failed(link, read->done, now_ps);
        if (read->due_bytes == 0)
            read_give(link, i);
    }
}

void pcie_dma_drop_reads(struct pcie_link *link)
{
    for (uint32_t i = 0; i < link->read_count; i++)
        if (link->reads[i].in_use)
            read_give(link, i);
}

void pcie_dma_reset_tags(struct pcie_link *link, uint64_t now_ps)
{
    link->outlook.valid = false;
    link->tag_head = 0;
    link->tags_used = 0;
    link->tag_ps = now_ps;
    for (uint32_t i = 0; i < link->params.tags; i++)
        link->tags_free[i] = (uint16_t)i;
}
