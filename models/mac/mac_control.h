/* MAC control frames: pause (802.3 annex 31B) and other opcodes of type 8808. Values: docs/timing.md 3.4. */
#ifndef TOESIM_MAC_MAC_CONTROL_H
#define TOESIM_MAC_MAC_CONTROL_H

#include <stdint.h>

enum {
    MAC_CONTROL_TYPE = 0x8808,
    MAC_CONTROL_BYTES = 60, /* without FCS; 42 of them are padding in a pause frame */
    PAUSE_QUANTUM_BYTES = 64
};

enum mac_control_kind {
    MAC_CONTROL_NONE,  /* an ordinary frame */
    MAC_CONTROL_PAUSE, /* opcode 0001 */
    MAC_CONTROL_PFC,   /* opcode 0101: priority flow control, 802.1Q clause 36 */
    MAC_CONTROL_OTHER  /* an unknown opcode, or a frame too short to have one */
};

/* Builds a pause frame of MAC_CONTROL_BYTES. */
void mac_control_build_pause(uint8_t frame[MAC_CONTROL_BYTES], const uint8_t source[6],
                             uint16_t quanta);

/* Returns the kind of the frame. Sets `quanta` for MAC_CONTROL_PAUSE only. */
enum mac_control_kind mac_control_parse(const uint8_t *frame, uint32_t len, uint16_t *quanta);

#endif
