/* Two NICs that do nothing by themselves. They record the driver's accesses and report what the
 * test tells them to. */
#ifndef TOESIM_HOST_TEST_FAKE_NIC_H
#define TOESIM_HOST_TEST_FAKE_NIC_H

#include "host-sw/server/host_sw.h"
#include "models/base/units.h"
#include "models/hwif/nic_regs.h"
#include "models/wire/packet.h"

#include <ucontext.h>

enum {
    FAKE_MEMORY_BYTES = 256 << 20,
    FAKE_LOG_MAX = 4096,
    FAKE_STACK_BYTES = 1 << 20,
    FAKE_PUSH_LOG2 = 3,
    FAKE_SLOTS = 2
};

/* A store, which takes effect at the end of the step in the order of the stores. */
struct fake_store {
    int nic; /* -1 for memory */
    uint64_t address;
    uint32_t len;
    uint8_t *bytes;
};

struct fake_port {
    uint32_t regs[0x200 / 4];
    uint32_t cfg[128];
    uint32_t root[128]; /* registers of its root port */
    uint32_t cmd_seen, record_producer, event_producer, buffer_used;
    struct nic_cmd cmds[FAKE_LOG_MAX]; /* the commands in the order in which they were fetched */
    uint32_t cmd_count, cmd_taken;
    uint32_t cmd_doorbells; /* number of writes of the command producer */
    uint32_t cmd_lines;     /* number of lines written into the push window */
    uint8_t slots[FAKE_SLOTS][NIC_IMAGE_SLOT_BYTES]; /* what was written into the image slots */
    uint32_t slot_bytes[FAKE_SLOTS];                 /* bytes of the newest image in each slot */
    struct nic_doorbell doorbells[FAKE_LOG_MAX];
    uint32_t doorbell_count;
    bool dead;       /* the NIC answers nothing, and its link is down */
    bool silent;     /* the NIC answers nothing, and its link is up */
    bool disabled;   /* the root port's Link Disable */
    bool slow_reset; /* the test decides when a reset is over */
};

struct fake_nic {
    uint8_t *memory;
    uint64_t memory_used, freed_bytes, discarded_bytes;
    uint64_t now_ps, cost_ps, wait_until_ps;
    struct fake_store stores[FAKE_LOG_MAX];
    uint32_t store_count;
    struct fake_port port[NIC_COUNT];
    uint64_t charged[CPU_COST_COUNT];
    uint64_t next_frame_id;
    ucontext_t test_context, host_context;
    uint8_t *stack;
    uint32_t fired;
    bool ended; /* host_sw_main() has returned */
    struct host_sw *sw;
};

/* Allocates the NICs on the heap, because the structure is large. */
struct fake_nic *fake_create(void);
void fake_destroy(struct fake_nic *fake);
struct nic_bus fake_bus(struct fake_nic *fake);

/* Runs host_sw_main() of sw until it sleeps for the first time. */
void fake_start(struct fake_nic *fake, struct host_sw *sw);
/* Wakes the program with these bits, and runs it until it sleeps again or ends. */
void fake_run(struct fake_nic *fake, uint32_t fired);
/* Advances the time to at_ps, and runs the program as after a timeout. */
void fake_run_at(struct fake_nic *fake, uint64_t at_ps);

void *fake_memory(struct fake_nic *fake, uint64_t address);

/* Returns the next command of a NIC, or null if there is none. */
const struct nic_cmd *fake_take(struct fake_nic *fake, unsigned nic);
/* Returns the next command. The test fails if it is not of this kind. */
const struct nic_cmd *fake_expect(struct fake_nic *fake, unsigned nic, enum nic_cmd_op op);

void fake_post_record(struct fake_nic *fake, unsigned nic, struct nic_record record);
void fake_post_event(struct fake_nic *fake, unsigned nic, struct nic_event event);
void fake_complete(struct fake_nic *fake, unsigned nic, const struct nic_cmd *cmd,
                   enum nic_result result);
/* Gives a whole frame to the host in the next posted buffer, with a foreign verdict. Returns the
 * number of the frame. */
uint64_t fake_give_frame(struct fake_nic *fake, unsigned nic, enum nic_verdict verdict,
                         const uint8_t *frame, uint32_t len);
/* Returns the number of buffers that the NIC has not used. */
uint32_t fake_buffers_left(const struct fake_nic *fake, unsigned nic);

#endif
