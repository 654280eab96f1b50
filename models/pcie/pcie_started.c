#include "models/pcie/pcie_started.h"

void pcie_started_count(struct pcie_link *link, int direction, const struct pcie_tlp *tlp)
{
    struct pcie_stats *stats = &link->stats;
    bool has_payload = tlp->kind == PCIE_TLP_MWR || tlp->kind == PCIE_TLP_CPLD;
    uint32_t payload = has_payload ? tlp->len : 0;
    if (direction == PCIE_UP) {
        stats->tlps_up++;
        stats->bytes_up += tlp->wire_bytes;
        stats->payload_up += payload;
    } else {
        stats->tlps_down++;
        stats->bytes_down += tlp->wire_bytes;
        stats->payload_down += payload;
    }
}

/* A negative result means infinite credits. */
static int64_t credits_left(uint64_t capacity, uint64_t granted, uint64_t sent)
{
    return capacity ? (int64_t)(capacity + granted - sent) : -1;
}

void pcie_started_show(const struct pcie_link *link, int direction, const struct pcie_tlp *tlp,
                       bool again, bool arrives)
{
    if (!probe_wants(link->probe, PROBE_PCIE_TLP))
        return;
    bool is_config = tlp->kind == PCIE_TLP_CFGRD || tlp->kind == PCIE_TLP_CFGWR;
    struct pcie_tlp_info info = {.address = is_config ? tlp->config_offset : tlp->address,
                                 .len = is_config ? 4 : tlp->len,
                                 .tag = tlp->tag,
                                 .poisoned = tlp->poisoned,
                                 .replayed = again,
                                 .received = arrives,
                                 .header_credits = -1,
                                 .data_credits = -1};
    if (link->params.dll && tlp->flow != PCIE_FLOW_NONE) {
        const struct pcie_flow *flow = &link->wires[direction].flows[tlp->flow];
        info.header_credits =
            credits_left(flow->capacity.headers, flow->granted.headers, flow->sent.headers);
        info.data_credits = credits_left(flow->capacity.data, flow->granted.data, flow->sent.data);
    }
    struct probe_event event = {
        .now_ps = tlp->start_ps,
        .tlp.direction = (uint8_t)direction,
        .tlp.kind = tlp->kind,
        .tlp.wire_bytes = tlp->wire_bytes,
        .tlp.info = &info,
        .conn = PROBE_NO_CONN,
        .nic = (uint8_t)link->nic,
        .kind = PROBE_PCIE_TLP,
    };
    probe_emit(link->probe, &event);
}
