/* I-RXONCE and I-RXIF: every frame that a NIC received has exactly one fate, and the host knows which NIC
 * received it. */
#ifndef TOESIM_CHECK_CHECK_FATE_H
#define TOESIM_CHECK_CHECK_FATE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct check;
struct frame_fate;
struct probe_event;

/* How far a received frame without a verdict is known to have come. */
enum check_place {
    CHECK_AT_NIC,  /* accepted by the MAC */
    CHECK_ON_PCIE, /* given to the host, but not yet visible there */
    CHECK_AT_HOST, /* its record is in host memory */
};

/* Tells whether a frame can be at a place: in a queue, on a link or in a buffer. A null `holds` means never. */
struct check_places {
    bool (*holds)(const void *self, enum check_place place, unsigned nic, uint64_t frame);
    const void *self;
};

void check_fate_on_event(struct check *check, const struct probe_event *event);
/* Returns null if the frame was never received, or was decided long ago. */
const struct frame_fate *check_fate_find(const struct check *check, uint64_t id);
void check_fate_finish(struct check *check, const struct check_places *places, uint64_t now_ps);

#ifdef __cplusplus
}
#endif

#endif
