#include "models/pcie/pcie_config.h"

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
    SUBSYSTEM = 0x00010000 | PCIE_CONFIG_VENDOR,
    CAP_POINTER = 0x34,
    SUBSYSTEM_OFFSET = 0x2c,
    MSIX_VECTOR_MASKED = 1,
    MSIX_DATA_FIRST = 0x40,
};
#define DEVCAP_FLR (1u << 28)
#define AER_HEADER 0x00020001u             /* ID 1, version 2, the last one */
#define UNCORRECTABLE_BITS 0x0015f030u     /* data link, surprise down, poisoned, .. unsupported */
#define UNCORRECTABLE_SEVERITY 0x00062030u /* fatal by default */
#define CORRECTABLE_BITS 0x000031c1u       /* receiver, bad TLP, bad DLLP, rollover, timeout .. */
#define ADVISORY_NON_FATAL 0x00002000u
#define DEVSTA_CORRECTABLE 0x00010000u
#define DEVSTA_NON_FATAL 0x00020000u
#define DEVSTA_ERRORS 0x000f0000u
#define STATUS_TARGET_ABORT 0x10000000u
#define STATUS_PARITY 0x80000000u
#define STATUS_ERRORS 0xf9000000u
#define MSIX_ADDRESS 0xfee00000u             /* x86 interrupt window */
#define BAR0_FIRMWARE UINT64_C(0x3800000000) /* above 4 GiB: BAR accesses have 4 DW headers */

static uint32_t size_code(uint32_t bytes)
{
    uint32_t code = 0;
    while ((128u << code) < bytes)
        code++;
    return code;
}

static uint32_t *devctl(struct pcie_config *config) { return &config->dw[PCIE_CONFIG_DEVCTL / 4]; }

static void init_header(struct pcie_config *config)
{
    config->dw[0] = (uint32_t)PCIE_CONFIG_DEVICE << 16 | PCIE_CONFIG_VENDOR;
    config->dw[1] = STATUS_CAP_LIST << 16;
    config->writable[1] = COMMAND_WRITABLE;
    config->dw[2] = (uint32_t)CLASS_ETHERNET << 8 | REVISION;
    config->dw[PCIE_CONFIG_BAR0 / 4] = BAR_64_PREFETCH;
    config->writable[PCIE_CONFIG_BAR0 / 4] = ~(uint32_t)(NIC_BAR0_BYTES - 1);
    config->writable[PCIE_CONFIG_BAR0 / 4 + 1] = UINT32_MAX;
    config->dw[SUBSYSTEM_OFFSET / 4] = SUBSYSTEM;
    config->dw[CAP_POINTER / 4] = PCIE_CONFIG_CAP_PCIE;
}

/* Advanced error reporting, version 2. Masks and severities have the specification's defaults and
 * outlive a function-level reset, as the status bits do. */
static void init_aer(struct pcie_config *config)
{
    uint32_t *aer = &config->dw[PCIE_CONFIG_AER / 4];
    uint32_t *writable = &config->writable[PCIE_CONFIG_AER / 4];
    aer[0] = AER_HEADER;
    config->clearable[PCIE_CONFIG_AER_UNCORRECTABLE / 4] = UNCORRECTABLE_BITS;
    config->clearable[PCIE_CONFIG_AER_CORRECTABLE / 4] = CORRECTABLE_BITS;
    writable[2] = writable[3] = UNCORRECTABLE_BITS;
    aer[3] = UNCORRECTABLE_SEVERITY;
    writable[5] = CORRECTABLE_BITS;
    aer[5] = ADVISORY_NON_FATAL;
    config->clearable[1] = STATUS_ERRORS;
    config->clearable[PCIE_CONFIG_DEVCTL / 4] = DEVSTA_ERRORS;
}

static void init_capabilities(struct pcie_config *config, const struct pcie_config_shape *shape)
{
    uint32_t *pcie = &config->dw[PCIE_CONFIG_CAP_PCIE / 4];
    uint32_t *writable = &config->writable[PCIE_CONFIG_CAP_PCIE / 4];
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
    pcie[11] = ((1u << shape->gen) - 1) << 1; /* supported speeds vector */
    pcie[12] = shape->gen;
    writable[12] = LNKCTL2_SPEED;

    uint32_t *msix = &config->dw[PCIE_CONFIG_CAP_MSIX / 4];
    msix[0] = (uint32_t)(NIC_VECTOR_COUNT - 1) << 16 | CAP_ID_MSIX;
    config->writable[PCIE_CONFIG_CAP_MSIX / 4] =
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
    init_aer(config);
    pcie_config_reset(config, true);

    uint64_t bar0 = BAR0_FIRMWARE + (uint64_t)shape->nic * NIC_BAR0_BYTES;
    config->dw[PCIE_CONFIG_BAR0 / 4] |= (uint32_t)bar0;
    config->dw[PCIE_CONFIG_BAR0 / 4 + 1] = (uint32_t)(bar0 >> 32);
    config->dw[1] |= PCIE_CONFIG_COMMAND_MEMORY | PCIE_CONFIG_COMMAND_MASTER;
    *devctl(config) = (*devctl(config) & ~(uint32_t)(CODE_MASK << DEVCTL_MRRS_SHIFT)) |
                      size_code(shape->mrrs_bytes) << DEVCTL_MRRS_SHIFT |
                      config->mps_max_code << DEVCTL_MPS_SHIFT;
    config->dw[PCIE_CONFIG_CAP_MSIX / 4] |= (uint32_t)PCIE_CONFIG_MSIX_ENABLE << 16;
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
    for (uint32_t i = 0; i < PCIE_CONFIG_AER / 4; i++)
        config->dw[i] &= ~(config->writable[i] | config->clearable[i]);
    *devctl(config) = kept | DEVCTL_RELAXED | DEVCTL_NO_SNOOP |
                      DEVCTL_MRRS_RESET << DEVCTL_MRRS_SHIFT |
                      (config->writable[PCIE_CONFIG_DEVCTL / 4] & PCIE_CONFIG_DEVCTL_EXT_TAG);
    memset(config->msix_table, 0, sizeof config->msix_table);
    for (uint32_t v = 0; v < NIC_VECTOR_COUNT; v++)
        config->msix_table[v * PCIE_MSIX_ENTRY_DW + 3] = MSIX_VECTOR_MASKED;
    config->msix_pending = 0;
}

uint32_t pcie_config_read32(const struct pcie_config *config, uint32_t offset,
                            bool transactions_pending)
{
    assert(offset % 4 == 0 && offset < PCIE_CONFIG_SPACE_BYTES);
    if (offset >= PCIE_CONFIG_BYTES)
        return 0;
    uint32_t value = config->dw[offset / 4];
    if (offset == PCIE_CONFIG_DEVCTL && transactions_pending)
        value |= (uint32_t)PCIE_CONFIG_DEVSTA_PENDING << 16;
    return value;
}

bool pcie_config_write32(struct pcie_config *config, uint32_t offset, uint32_t value)
{
    assert(offset % 4 == 0 && offset < PCIE_CONFIG_SPACE_BYTES);
    if (offset >= PCIE_CONFIG_BYTES)
        return false;
    uint32_t writable = config->writable[offset / 4];
    config->dw[offset / 4] = (config->dw[offset / 4] & ~writable) | (value & writable);
    config->dw[offset / 4] &= ~(value & config->clearable[offset / 4]);
    return offset == PCIE_CONFIG_DEVCTL && (value & PCIE_CONFIG_DEVCTL_FLR) != 0;
}

struct error_bits {
    uint32_t correctable, uncorrectable; /* AER */
    uint32_t status;                     /* of the DW at 04h */
};

void pcie_config_raise(struct pcie_config *config, enum pcie_error error)
{
    static const struct error_bits bits[] = {
        [PCIE_ERROR_BAD_TLP] = {.correctable = 1u << 6},
        [PCIE_ERROR_BAD_DLLP] = {.correctable = 1u << 7},
        [PCIE_ERROR_REPLAY_ROLLOVER] = {.correctable = 1u << 8},
        [PCIE_ERROR_REPLAY_TIMEOUT] = {.correctable = 1u << 12},
        [PCIE_ERROR_POISONED] = {.uncorrectable = 1u << 12, .status = STATUS_PARITY},
        [PCIE_ERROR_COMPLETION_TIMEOUT] = {.uncorrectable = 1u << 14},
        [PCIE_ERROR_TARGET_ABORT] = {.status = STATUS_TARGET_ABORT},
    };
    assert(error < sizeof bits / sizeof *bits);
    config->dw[PCIE_CONFIG_AER_CORRECTABLE / 4] |= bits[error].correctable;
    config->dw[PCIE_CONFIG_AER_UNCORRECTABLE / 4] |= bits[error].uncorrectable;
    config->dw[1] |= bits[error].status;
    if (bits[error].correctable)
        *devctl(config) |= DEVSTA_CORRECTABLE;
    if (bits[error].uncorrectable)
        *devctl(config) |= DEVSTA_NON_FATAL;
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
    return (config->dw[1] & PCIE_CONFIG_COMMAND_MEMORY) != 0;
}

bool pcie_config_master_on(const struct pcie_config *config)
{
    return (config->dw[1] & PCIE_CONFIG_COMMAND_MASTER) != 0;
}

static uint32_t devctl_code(const struct pcie_config *config, unsigned shift)
{
    return config->dw[PCIE_CONFIG_DEVCTL / 4] >> shift & CODE_MASK;
}

uint32_t pcie_config_mps_bytes(const struct pcie_config *config)
{
    uint32_t code = devctl_code(config, DEVCTL_MPS_SHIFT);
    return 128u << (code < config->mps_max_code ? code : config->mps_max_code);
}

/* Codes 6 and 7 are reserved; the largest request of the specification answers them. */
uint32_t pcie_config_mrrs_bytes(const struct pcie_config *config)
{
    uint32_t code = devctl_code(config, DEVCTL_MRRS_SHIFT);
    return 128u << (code < 5 ? code : 5);
}

uint32_t pcie_config_tags(const struct pcie_config *config)
{
    bool extended = (config->dw[PCIE_CONFIG_DEVCTL / 4] & PCIE_CONFIG_DEVCTL_EXT_TAG) != 0;
    if (extended || config->tags_max <= TAGS_WITHOUT_EXT)
        return config->tags_max;
    return TAGS_WITHOUT_EXT;
}

uint64_t pcie_config_bar0(const struct pcie_config *config)
{
    return (uint64_t)config->dw[PCIE_CONFIG_BAR0 / 4 + 1] << 32 |
           (config->dw[PCIE_CONFIG_BAR0 / 4] & ~(uint32_t)0xf);
}

static bool vector_open(const struct pcie_config *config, unsigned vector)
{
    return (config->dw[PCIE_CONFIG_CAP_MSIX / 4] >> 16 & PCIE_CONFIG_MSIX_MASK_ALL) == 0 &&
           (config->msix_table[vector * PCIE_MSIX_ENTRY_DW + 3] & MSIX_VECTOR_MASKED) == 0;
}

static bool msix_enabled(const struct pcie_config *config)
{
    return (config->dw[PCIE_CONFIG_CAP_MSIX / 4] >> 16 & PCIE_CONFIG_MSIX_ENABLE) != 0;
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
