#include "models/pcie/config/pcie_config.h"

#include "models/base/units.h"

#include <assert.h>
#include <string.h>

enum {
    CLASS_ETHERNET = 0x020000,
    REVISION = 1,
    STATUS_CAP_LIST = 0x10,
    COMMAND_WRITABLE = 0x0546, /* memory, master, parity, SERR, INTx off */
    BAR_64_PREFETCH = 0xc,
    CAP_ID_PCIE = 0x10,
    CAP_ID_MSIX = 0x11,
    PCIE_FLAGS = 2, /* version 2, type 0: endpoint */
    DEVCAP_EXT_TAG = 0x20,
    DEVCAP_ROLE_BASED = 0x8000,
    DEVCTL_RELAXED = 0x10,
    DEVCTL_NO_SNOOP = 0x800,
    DEVCTL_MPS_SHIFT = 5,
    DEVCTL_MRRS_SHIFT = 12,
    DEVCTL_MRRS_RESET = 2, /* 512 bytes */
    CODE_MASK = 7,
    TAGS_WITHOUT_EXT = 32,
    LNKCTL_WRITABLE = 0x00c8, /* RCB, common clock, extended synch */
    LNKCTL2_SPEED = 0xf,
    DEVCAP2_TIMEOUT = 0x1f, /* completion timeouts of all ranges, and none at all */
    DEVCTL2_TIMEOUT = 0x1f,
    DEVCTL2_TIMEOUT_OFF = 0x10,
    SUBSYSTEM = 0x00010000 | PCIE_CONFIG_VENDOR,
    CAP_POINTER = 0x34,
    SUBSYSTEM_OFFSET = 0x2c,
    MSIX_VECTOR_MASKED = 1,
    MSIX_DATA_FIRST = 0x40,
};
#define DEVCAP_FLR (1u << 28)
#define MSIX_ADDRESS 0xfee00000u /* x86 interrupt window */

static uint32_t size_code(uint32_t bytes)
{
    uint32_t code = 0;
    while ((128u << code) < bytes)
        code++;
    return code;
}

static uint32_t *devctl(struct pcie_config *config)
{
    return &config->space.dw[PCIE_CONFIG_DEVCTL / 4];
}

static void init_header(struct pcie_config *config)
{
    config->space.dw[0] = (uint32_t)PCIE_CONFIG_DEVICE << 16 | PCIE_CONFIG_VENDOR;
    config->space.dw[1] = STATUS_CAP_LIST << 16;
    config->space.writable[1] = COMMAND_WRITABLE;
    config->space.dw[2] = (uint32_t)CLASS_ETHERNET << 8 | REVISION;
    config->space.dw[PCIE_CONFIG_BAR0 / 4] = BAR_64_PREFETCH;
    config->space.writable[PCIE_CONFIG_BAR0 / 4] = ~(uint32_t)(NIC_BAR0_BYTES - 1);
    config->space.writable[PCIE_CONFIG_BAR0 / 4 + 1] = UINT32_MAX;
    config->space.dw[SUBSYSTEM_OFFSET / 4] = SUBSYSTEM;
    config->space.dw[CAP_POINTER / 4] = PCIE_SPACE_CAP;
}

static void init_capabilities(struct pcie_config *config, const struct pcie_config_shape *shape)
{
    uint32_t *pcie = &config->space.dw[PCIE_SPACE_CAP / 4];
    uint32_t *writable = &config->space.writable[PCIE_SPACE_CAP / 4];
    uint32_t link = shape->gen | shape->lanes << 4;
    pcie[0] = (uint32_t)PCIE_FLAGS << 16 | PCIE_CONFIG_CAP_MSIX << 8 | CAP_ID_PCIE;
    pcie[1] = config->mps_max_code | (shape->tags > TAGS_WITHOUT_EXT ? DEVCAP_EXT_TAG : 0u) |
              DEVCAP_ROLE_BASED | DEVCAP_FLR;
    writable[2] = DEVCTL_RELAXED | CODE_MASK << DEVCTL_MPS_SHIFT | DEVCTL_NO_SNOOP |
                  CODE_MASK << DEVCTL_MRRS_SHIFT |
                  (shape->tags > TAGS_WITHOUT_EXT ? (uint32_t)PCIE_CONFIG_DEVCTL_EXT_TAG : 0u);
    pcie[3] = link;
    pcie[4] = link << 16;
    writable[4] = LNKCTL_WRITABLE;
    pcie[9] = DEVCAP2_TIMEOUT;
    writable[10] = DEVCTL2_TIMEOUT;
    pcie[11] = ((1u << shape->gen) - 1) << 1; /* supported speeds vector */
    pcie[12] = shape->gen;
    writable[12] = LNKCTL2_SPEED;

    uint32_t *msix = &config->space.dw[PCIE_CONFIG_CAP_MSIX / 4];
    msix[0] = (uint32_t)(NIC_VECTOR_COUNT - 1) << 16 | CAP_ID_MSIX;
    config->space.writable[PCIE_CONFIG_CAP_MSIX / 4] =
        (uint32_t)(PCIE_CONFIG_MSIX_ENABLE | PCIE_CONFIG_MSIX_MASK_ALL) << 16;
    msix[1] = PCIE_MSIX_TABLE; /* BIR 0 */
    msix[2] = PCIE_MSIX_PBA;
}

void pcie_config_init(struct pcie_config *config, const struct pcie_config_shape *shape)
{
    assert(shape->lanes > 0);
    memset(config, 0, sizeof *config);
    config->mps_max_code = size_code(shape->mps_bytes);
    config->tags_max = shape->tags;
    init_header(config);
    init_capabilities(config, shape);
    pcie_space_init_aer(&config->space);
    pcie_config_reset(config, true);

    uint64_t bar0 = PCIE_SPACE_WINDOW(shape->nic);
    config->space.dw[PCIE_CONFIG_BAR0 / 4] |= (uint32_t)bar0;
    config->space.dw[PCIE_CONFIG_BAR0 / 4 + 1] = (uint32_t)(bar0 >> 32);
    config->space.dw[1] |= PCIE_CONFIG_COMMAND_MEMORY | PCIE_CONFIG_COMMAND_MASTER;
    *devctl(config) = (*devctl(config) & ~(uint32_t)(CODE_MASK << DEVCTL_MRRS_SHIFT)) |
                      (uint32_t)PCIE_SPACE_DEVCTL_REPORT |
                      size_code(shape->mrrs_bytes) << DEVCTL_MRRS_SHIFT |
                      config->mps_max_code << DEVCTL_MPS_SHIFT;
    config->space.dw[PCIE_CONFIG_CAP_MSIX / 4] |= (uint32_t)PCIE_CONFIG_MSIX_ENABLE << 16;
    for (uint32_t v = 0; v < NIC_VECTOR_COUNT; v++) {
        uint32_t *entry = &config->msix_table[v * PCIE_MSIX_ENTRY_DW];
        entry[0] = MSIX_ADDRESS;
        entry[2] = MSIX_DATA_FIRST + shape->nic * NIC_VECTOR_COUNT + v;
        entry[3] = 0;
    }
}

void pcie_config_reset(struct pcie_config *config, bool link_reset)
{
    uint32_t kept = link_reset ? 0 : *devctl(config) & CODE_MASK << DEVCTL_MPS_SHIFT;
    for (uint32_t i = 0; i < PCIE_SPACE_AER / 4; i++)
        config->space.dw[i] &= ~(config->space.writable[i] | config->space.clearable[i]);
    *devctl(config) = kept | DEVCTL_RELAXED | DEVCTL_NO_SNOOP |
                      DEVCTL_MRRS_RESET << DEVCTL_MRRS_SHIFT |
                      (config->space.writable[PCIE_CONFIG_DEVCTL / 4] & PCIE_CONFIG_DEVCTL_EXT_TAG);
    memset(config->msix_table, 0, sizeof config->msix_table);
    for (uint32_t v = 0; v < NIC_VECTOR_COUNT; v++)
        config->msix_table[v * PCIE_MSIX_ENTRY_DW + 3] = MSIX_VECTOR_MASKED;
    config->msix_pending = 0;
}

uint32_t pcie_config_read32(const struct pcie_config *config, uint32_t offset,
                            bool transactions_pending)
{
    uint32_t value = pcie_space_read32(&config->space, offset);
    if (offset == PCIE_CONFIG_DEVCTL && transactions_pending)
        value |= (uint32_t)PCIE_CONFIG_DEVSTA_PENDING << 16;
    return value;
}

bool pcie_config_write32(struct pcie_config *config, uint32_t offset, uint32_t value)
{
    pcie_space_write32(&config->space, offset, value);
    return offset == PCIE_CONFIG_DEVCTL && (value & PCIE_CONFIG_DEVCTL_FLR) != 0;
}

uint32_t pcie_config_msix_read32(const struct pcie_config *config, uint32_t offset)
{
    assert(offset >= PCIE_MSIX_TABLE && offset < PCIE_MSIX_END);
    uint32_t index = (offset - PCIE_MSIX_TABLE) / 4;
    if (index < NIC_VECTOR_COUNT * PCIE_MSIX_ENTRY_DW)
        return config->msix_table[index];
    return offset / 4 == PCIE_MSIX_PBA / 4 ? config->msix_pending : 0;
}

void pcie_config_msix_write32(struct pcie_config *config, uint32_t offset, uint32_t value)
{
    assert(offset >= PCIE_MSIX_TABLE && offset < PCIE_MSIX_END);
    uint32_t index = (offset - PCIE_MSIX_TABLE) / 4;
    if (index < NIC_VECTOR_COUNT * PCIE_MSIX_ENTRY_DW)
        config->msix_table[index] = value;
}

bool pcie_config_memory_on(const struct pcie_config *config)
{
    return (config->space.dw[1] & PCIE_CONFIG_COMMAND_MEMORY) != 0;
}

bool pcie_config_master_on(const struct pcie_config *config)
{
    return (config->space.dw[1] & PCIE_CONFIG_COMMAND_MASTER) != 0;
}

static uint32_t devctl_code(const struct pcie_config *config, unsigned shift)
{
    return config->space.dw[PCIE_CONFIG_DEVCTL / 4] >> shift & CODE_MASK;
}

uint32_t pcie_config_mps_bytes(const struct pcie_config *config)
{
    uint32_t code = devctl_code(config, DEVCTL_MPS_SHIFT);
    return 128u << (code < config->mps_max_code ? code : config->mps_max_code);
}

/* Returns MRRS. Codes 6 and 7 are reserved; they are read as the largest value of the specification. */
uint32_t pcie_config_mrrs_bytes(const struct pcie_config *config)
{
    uint32_t code = devctl_code(config, DEVCTL_MRRS_SHIFT);
    return 128u << (code < 5 ? code : 5);
}

uint32_t pcie_config_tags(const struct pcie_config *config)
{
    bool extended = (config->space.dw[PCIE_CONFIG_DEVCTL / 4] & PCIE_CONFIG_DEVCTL_EXT_TAG) != 0;
    if (extended || config->tags_max <= TAGS_WITHOUT_EXT)
        return config->tags_max;
    return TAGS_WITHOUT_EXT;
}

/* The ranges of docs/timing.md 1.7. Reserved codes are read as 0. */
static const struct {
    uint64_t low_ps, high_ps;
} timeout_ranges[16] = {
    [1] = {50 * PS_PER_US, 100 * PS_PER_US},  [2] = {1 * PS_PER_MS, 10 * PS_PER_MS},
    [5] = {16 * PS_PER_MS, 55 * PS_PER_MS},   [6] = {65 * PS_PER_MS, 210 * PS_PER_MS},
    [9] = {260 * PS_PER_MS, 900 * PS_PER_MS}, [10] = {1 * PS_PER_S, 3500 * PS_PER_MS},
    [13] = {4 * PS_PER_S, 13 * PS_PER_S},     [14] = {17 * PS_PER_S, 64 * PS_PER_S},
};

uint64_t pcie_config_timeout_ps(const struct pcie_config *config, uint64_t own_ps)
{
    uint32_t control = config->space.dw[PCIE_CONFIG_DEVCTL2 / 4];
    if (control & DEVCTL2_TIMEOUT_OFF)
        return TIME_NEVER;
    uint32_t code = control & 0xf;
    if (timeout_ranges[code].high_ps == 0)
        return own_ps;
    return u64_min(u64_max(own_ps, timeout_ranges[code].low_ps), timeout_ranges[code].high_ps);
}

uint64_t pcie_config_bar0(const struct pcie_config *config)
{
    return (uint64_t)config->space.dw[PCIE_CONFIG_BAR0 / 4 + 1] << 32 |
           (config->space.dw[PCIE_CONFIG_BAR0 / 4] & ~(uint32_t)0xf);
}

static bool vector_open(const struct pcie_config *config, unsigned vector)
{
    return (config->space.dw[PCIE_CONFIG_CAP_MSIX / 4] >> 16 & PCIE_CONFIG_MSIX_MASK_ALL) == 0 &&
           (config->msix_table[vector * PCIE_MSIX_ENTRY_DW + 3] & MSIX_VECTOR_MASKED) == 0;
}

static bool msix_enabled(const struct pcie_config *config)
{
    return (config->space.dw[PCIE_CONFIG_CAP_MSIX / 4] >> 16 & PCIE_CONFIG_MSIX_ENABLE) != 0;
}

bool pcie_config_msix_raise(struct pcie_config *config, unsigned vector)
{
    assert(vector < NIC_VECTOR_COUNT);
    if (!msix_enabled(config))
        return false;
    if (vector_open(config, vector))
        return true;
    config->msix_pending |= 1u << vector;
    return false;
}

int pcie_config_msix_take_pending(struct pcie_config *config)
{
    for (unsigned v = 0; v < NIC_VECTOR_COUNT; v++) {
        if ((config->msix_pending >> v & 1) && msix_enabled(config) && vector_open(config, v)) {
            config->msix_pending &= ~(1u << v);
            return (int)v;
        }
    }
    return -1;
}

uint64_t pcie_config_msix_address(const struct pcie_config *config, unsigned vector)
{
    assert(vector < NIC_VECTOR_COUNT);
    const uint32_t *entry = &config->msix_table[vector * PCIE_MSIX_ENTRY_DW];
    return (uint64_t)entry[1] << 32 | entry[0];
}
