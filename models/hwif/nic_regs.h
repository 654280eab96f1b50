/*
 * Registers of one NIC: offsets in BAR 0, little endian, 32-bit access unless said. Ring addresses
 * are host (bus) addresses, 4 KiB aligned. docs/hwif.md is the driver writer's page.
 */
#ifndef TOESIM_HWIF_NIC_REGS_H
#define TOESIM_HWIF_NIC_REGS_H

enum nic_reg {
    NIC_REG_MAGIC = 0x000,    /* ro: NIC_MAGIC */
    NIC_REG_VERSION = 0x004,  /* ro: interface version, NIC_INTERFACE_VERSION */
    NIC_REG_CONTROL = 0x008,  /* rw: enum nic_control */
    NIC_REG_STATUS = 0x00c,   /* ro: enum nic_status */
    NIC_REG_NIC_ID = 0x010,   /* rw: number the driver gives this NIC; appears in records */
    NIC_REG_MTU = 0x014,      /* rw: bytes of IP packet, 576 to 9194 */
    NIC_REG_MAC_LO = 0x018,   /* rw: station address, bytes 0..3 */
    NIC_REG_MAC_HI = 0x01c,   /* rw: bytes 4..5 */
    NIC_REG_CONN_MAX = 0x020, /* ro: connection ids are 0 .. CONN_MAX - 1 */
    NIC_REG_LINK = 0x024,     /* ro: 1 = link up */
    NIC_REG_HEARTBEAT_US =
        0x028, /* rw: engine fences itself when no heartbeat for so long; 0: never */
    NIC_REG_HEARTBEAT = 0x02c,     /* wo: the host's heartbeat */
    NIC_REG_MODERATION_NS = 0x030, /* rw: least time between two interrupts of one vector */

    NIC_REG_CHALLENGE_RATE =
        0x034,                     /* rw: challenge ACKs per second, all connections; 0: no limit */
    NIC_REG_CHALLENGE_KEY = 0x038, /* wo: secret that spreads what a second allows */
    NIC_REG_LOOKUP_KEY =
        0x03c, /* wo: the lookup table's secret: NIC_LOOKUP_KEY_WORDS writes between READY and ENABLE */

    /* Rings: base low, base high, log2 of entries. One block of 0x10 each. */
    NIC_REG_CMD_RING = 0x040,    /* struct nic_cmd, host writes */
    NIC_REG_RECORD_RING = 0x050, /* struct nic_record, NIC writes */
    NIC_REG_EVENT_RING = 0x060,  /* struct nic_event, NIC writes */
    NIC_REG_BUFFER_RING = 0x070, /* struct nic_buffer, host writes: buffers for whole frames */
    NIC_REG_RING_BASE_LO = 0x0,  /* offsets inside a block */
    NIC_REG_RING_BASE_HI = 0x4,
    NIC_REG_RING_LOG2 = 0x8,

    NIC_REG_CAPABILITIES = 0x080, /* ro, since version 2: enum nic_capability */
    NIC_REG_SLOT_COUNT = 0x090,   /* ro, with NIC_CAPABILITY_IMAGE_SLOTS: number of image slots */
    NIC_REG_GRANT_COUNT = 0x094, /* ro, with NIC_CAPABILITY_GRANT: grants that may wait at a time */

    /* With NIC_STATUS_CLOCK. CLOCK (ro): the NIC's counter in ps; a read of LO keeps HI. CLOCK_BASE (rw): what is added to
     * the counter to give the NIC's time, with a sign; a write of HI makes both halves effective. */
    NIC_REG_CLOCK_LO = 0x0a0,
    NIC_REG_CLOCK_HI = 0x0a4,
    NIC_REG_CLOCK_BASE_LO = 0x0a8,
    NIC_REG_CLOCK_BASE_HI = 0x0ac,

    /* rw, with NIC_CAPABILITY_CHECKPOINT: where checkpoints are written (checkpoint.h), 4 KiB aligned, and how many lines
     * each has; 0: none is written. They are set before ENABLE. */
    NIC_REG_CHECKPOINT_LO = 0x0c0,
    NIC_REG_CHECKPOINT_HI = 0x0c4,
    NIC_REG_CHECKPOINT_LINES = 0x0c8,

    /* rw, with NIC_CAPABILITY_FLOW_HASH: 1: records of foreign TCP segments have the hash of their tuple */
    NIC_REG_FLOW_HASH = 0x0d0,

    /* Doorbells: free-running counts of entries, modulo 2^32. */
    NIC_REG_CMD_PRODUCER = 0x100,
    NIC_REG_RECORD_CONSUMER = 0x104,
    NIC_REG_EVENT_CONSUMER = 0x108,
    NIC_REG_BUFFER_PRODUCER = 0x10c,

    /* Interrupt re-arm: writing the ring's consumer count asks for one interrupt when there is
     * more. Vector 0: records; vector 1: events. */
    NIC_REG_ARM_RECORD = 0x110,
    NIC_REG_ARM_EVENT = 0x114,

    NIC_REG_CONN_DOORBELL = 0x1000, /* wo, 16 bytes in one write: struct nic_doorbell */
    /* wo, since version 2: a slot of 64 bytes for each pushed command, up to the MSI-X table at most */
    NIC_REG_PUSH_WINDOW = 0x2000,
    /* wo, with NIC_CAPABILITY_IMAGE_SLOTS: the image slots, behind the MSI-X table and the pending bits */
    NIC_REG_IMAGE_SLOTS = 0xa000,
    NIC_BAR0_BYTES = 0x10000,
};

#define NIC_MAGIC 0x314d4953u /* "SIM1" */
enum {
    NIC_INTERFACE_VERSION = 2, /* the newest one; it contains version 1 */
    NIC_LOOKUP_KEY_WORDS = 11,
    NIC_PUSH_SLOT_BYTES = 64,
    NIC_PUSH_LOG2_MAX = 8, /* log2 of the largest number of slots */
    /* An image fills the first five lines of its slot, and the sixth is not used. */
    NIC_IMAGE_LINE_BYTES = 64,
    NIC_IMAGE_SLOT_BYTES = 384,
    NIC_IMAGE_SLOTS_MAX = 64,
};

enum nic_capability {
    NIC_CAPABILITY_PUSH = 1 << 0,        /* the NIC takes pushed commands */
    NIC_CAPABILITY_IMAGE_SLOTS = 1 << 1, /* the NIC has image slots */
    NIC_CAPABILITY_GRANT = 1 << 2, /* the NIC takes grants, and writes images into a peer's slots */
    NIC_CAPABILITY_HARD_IMAGE =
        1 << 3, /* FREEZE and INSTALL take images of the hard subset alone */
    /* The NIC acknowledges received bytes only when the record that reports them is visible in host memory. */
    NIC_CAPABILITY_RECORDED = 1 << 4,
    NIC_CAPABILITY_LISTS = 1 << 5,      /* the NIC takes commands with lists */
    NIC_CAPABILITY_CHECKPOINT = 1 << 6, /* the NIC writes checkpoints */
    NIC_CAPABILITY_FLOW_HASH = 1 << 7,  /* it can write the hash of a tuple into its records */
    NIC_CAPABILITY_TUPLE = 1 << 16,     /* it takes RESERVE and RELEASE with the tuple in them */
    NIC_CAPABILITY_PUSH_LOG2_SHIFT = 8,
    NIC_CAPABILITY_PUSH_LOG2_MASK = 0xff << NIC_CAPABILITY_PUSH_LOG2_SHIFT, /* log2 of the slots */
};

enum nic_control {
    NIC_CONTROL_RESET = 1 << 0,  /* self-clearing: everything to power-on state */
    NIC_CONTROL_ENABLE = 1 << 1, /* receive and transmit; rings must be set up */
    /* In the first write of ENABLE after a reset or fence: commands come from the push window, not from their ring. */
    NIC_CONTROL_PUSH = 1 << 2,
};

enum nic_status {
    NIC_STATUS_READY = 1 << 0,  /* reset is over */
    NIC_STATUS_FENCED = 1 << 1, /* builds, sends, acknowledges and accepts nothing */
    NIC_STATUS_CLOCK = 1 << 2,  /* the NIC has a clock of its own, which the driver has to set */
};

/* MSI-X vectors. */
enum nic_vector { NIC_VECTOR_RECORD = 0, NIC_VECTOR_EVENT = 1, NIC_VECTOR_COUNT = 2 };

#endif
