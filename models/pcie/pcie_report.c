#include "models/pcie/pcie_report.h"

#include "models/pcie/pcie_report_pvt.h"

#include "models/pcie/pcie_link_pvt.h"

#include <assert.h>
#include <stdio.h>

enum { NAME_MAX = 64 };
static_assert(PCIE_LINK_DUMP_MAX >= 2 * (PCIE_SPACE_BYTES / 16 * 56 + NAME_MAX), "two functions");

void pcie_report_event(struct pcie_link *link, uint64_t at_ps)
{
    if (link->host.ops->port_event)
        link->host.ops->port_event(link->host.self, at_ps);
}

void pcie_report_of_endpoint(struct pcie_link *link, enum pcie_error error, uint64_t at_ps)
{
    enum pcie_severity severity = pcie_space_raise(&link->config.space, error);
    if (severity == PCIE_SILENT || !link->up)
        return;
    struct pcie_tlp tlp = {.kind = PCIE_TLP_MSG, .value = severity};
    link->stats.messages++;
    pcie_link_push(link, PCIE_UP, &tlp, at_ps);
}

void pcie_report_message(struct pcie_link *link, const struct pcie_tlp *tlp, uint64_t now_ps)
{
    if (pcie_rootport_on_message(&link->rootport, (enum pcie_severity)tlp->value))
        pcie_report_event(link, now_ps);
}

void pcie_report_of_root(struct pcie_link *link, enum pcie_error error, uint64_t at_ps)
{
    if (pcie_rootport_raise(&link->rootport, error))
        pcie_report_event(link, at_ps);
}

void pcie_report_link(struct pcie_link *link, bool active, uint64_t at_ps)
{
    bool changed = pcie_rootport_on_link(&link->rootport, active);
    if (!active && !link->disabled) /* a link that software has disabled is no surprise */
        changed |= pcie_rootport_raise(&link->rootport, PCIE_ERROR_SURPRISE_DOWN);
    if (changed)
        pcie_report_event(link, at_ps);
}

uint64_t pcie_report_next_ps(const struct pcie_link *link)
{
    return u64_min(link->wires[PCIE_UP].error_ps, link->wires[PCIE_DOWN].error_ps);
}

typedef void report(struct pcie_link *link, enum pcie_error error, uint64_t at_ps);

static void report_wire(struct pcie_link *link, int d, uint64_t at_ps)
{
    report *sender = d == PCIE_UP ? pcie_report_of_endpoint : pcie_report_of_root;
    report *receiver = d == PCIE_UP ? pcie_report_of_root : pcie_report_of_endpoint;
    struct pcie_wire_stats now = link->wires[d].stats, reported = link->reported[d];
    link->reported[d] = now;
    link->wires[d].error_ps = TIME_NEVER;
    if (now.bad_tlps != reported.bad_tlps)
        receiver(link, PCIE_ERROR_BAD_TLP, at_ps);
    if (now.bad_dllps != reported.bad_dllps)
        receiver(link, PCIE_ERROR_BAD_DLLP, at_ps);
    if (now.replay_timeouts != reported.replay_timeouts)
        sender(link, PCIE_ERROR_REPLAY_TIMEOUT, at_ps);
    if (now.retrains != reported.retrains)
        sender(link, PCIE_ERROR_REPLAY_ROLLOVER, at_ps);
}

void pcie_report_errors(struct pcie_link *link, uint64_t at_ps)
{
    for (int d = 0; d < 2; d++)
        if (link->wires[d].error_ps <= at_ps)
            report_wire(link, d, at_ps);
}

uint32_t pcie_link_port_read32(const struct pcie_link *link, uint32_t offset)
{
    return pcie_space_read32(&link->rootport.space, offset);
}

size_t pcie_link_config_dump(const struct pcie_link *link, char *text, size_t size)
{
    char name[NAME_MAX];
    assert(size >= PCIE_LINK_DUMP_MAX);
    (void)snprintf(name, sizeof name, "00:%02x.0 PCI bridge: toesim root port %u", link->nic + 1,
                   link->nic);
    size_t at = pcie_space_dump(&link->rootport.space, name, text, size);
    (void)snprintf(name, sizeof name, "%02x:00.0 Ethernet controller: toesim NIC %u", link->nic + 1,
                   link->nic);
    return at + pcie_space_dump(&link->config.space, name, text + at, size - at);
}
