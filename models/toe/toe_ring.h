/* Rings in host memory, interrupts (toe_ring.c) and registers (toe_regs.c). */
#ifndef TOESIM_TOE_TOE_RING_H
#define TOESIM_TOE_TOE_RING_H

#include "models/hwif/nic_desc.h"
#include "models/hwif/nic_regs.h"

#include <stdbool.h>
#include <stdint.h>

struct toe_engine;

struct toe_ring {
    uint64_t base;
    uint32_t log2;
    uint32_t producer, consumer;
    bool fetching;
};

struct toe_irq {
    bool armed;
    bool waiting; /* held back by moderation */
    uint32_t seen;
    bool fired_before;
    uint64_t fired_ps;
};

struct toe_regs {
    uint32_t control, nic_id, mtu, heartbeat_us, moderation_ns;
    uint8_t mac[6];
    bool link_up;
    bool fenced_by_link; /* function reset, bus master off or link down */
    bool fenced_by_self; /* heartbeat overdue or dead link seen */
};

/* --- toe_ring.c --- */
bool toe_record_has_room(const struct toe_engine *e);
void toe_record_write(struct toe_engine *e, struct nic_record *record, uint64_t now_ps);
void toe_event_post(struct toe_engine *e, const struct nic_event *event, uint64_t now_ps);
void toe_event_kick(struct toe_engine *e, uint64_t now_ps);
void toe_ring_fetch_cmds(struct toe_engine *e, uint64_t now_ps);
void toe_ring_fetch_buffers(struct toe_engine *e, uint64_t now_ps);
void toe_irq_arm(struct toe_engine *e, unsigned vector, uint32_t seen, uint64_t now_ps);
void toe_irq_fire(struct toe_engine *e, unsigned vector, uint64_t now_ps);

/* --- toe_regs.c --- */
void toe_regs_write(void *self, uint32_t offset, const void *data, uint32_t len, uint64_t now_ps);
uint32_t toe_regs_read(void *self, uint32_t offset, uint64_t now_ps);
void toe_stale_doorbell(struct toe_engine *e, uint32_t conn, uint16_t gen, uint32_t value,
                        uint64_t now_ps);
void toe_regs_power_on(struct toe_engine *e);

#endif
