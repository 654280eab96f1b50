/* The configuration space as text for an independent reader: `lspci -F`. */
#include "models/pcie/pcie_config.h"

#include <assert.h>
#include <stdio.h>

enum { BYTES_PER_LINE = 16, LINE_TEXT_MAX = 56 };
static_assert(PCIE_CONFIG_BYTES / BYTES_PER_LINE * LINE_TEXT_MAX < 4096, "fits PCIE_LINK_DUMP_MAX");

size_t pcie_config_dump(const struct pcie_config *config, unsigned nic, char *text, size_t size)
{
    int at = snprintf(text, size, "%02x:00.0 Ethernet controller: toesim NIC %u\n", nic + 1, nic);
    for (uint32_t offset = 0; offset < PCIE_CONFIG_BYTES; offset++) {
        uint32_t dw = config->dw[offset / 4];
        assert(at > 0 && (size_t)at + LINE_TEXT_MAX < size);
        if (offset % BYTES_PER_LINE == 0)
            at += snprintf(text + at, size - (size_t)at, "%02x:", offset);
        at += snprintf(text + at, size - (size_t)at, " %02x", dw >> 8 * (offset % 4) & 0xff);
        if (offset % BYTES_PER_LINE == BYTES_PER_LINE - 1)
            at += snprintf(text + at, size - (size_t)at, "\n");
    }
    at += snprintf(text + at, size - (size_t)at, "\n");
    return (size_t)at;
}
