#include "models/mac/mac_control.h"

#include "models/wire/bytes.h"

#include <string.h>

enum { TYPE_AT = 12, OPCODE_AT = 14, QUANTA_AT = 16, OPCODE_PAUSE = 0x0001, OPCODE_PFC = 0x0101 };

/* Destination reserved for MAC control; no bridge forwards it (802.1Q table 8-1). */
static const uint8_t pause_address[6] = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x01};

void mac_control_build_pause(uint8_t frame[MAC_CONTROL_BYTES], const uint8_t source[6],
                             uint16_t quanta)
{
    memset(frame, 0, MAC_CONTROL_BYTES);
    memcpy(frame, pause_address, sizeof pause_address);
    memcpy(frame + sizeof pause_address, source, 6);
    be16_store(frame + TYPE_AT, MAC_CONTROL_TYPE);
    be16_store(frame + OPCODE_AT, OPCODE_PAUSE);
    be16_store(frame + QUANTA_AT, quanta);
}

enum mac_control_kind mac_control_parse(const uint8_t *frame, uint32_t len, uint16_t *quanta)
{
    if (len < OPCODE_AT || be16_load(frame + TYPE_AT) != MAC_CONTROL_TYPE)
        return MAC_CONTROL_NONE;
    uint16_t opcode = len >= QUANTA_AT ? be16_load(frame + OPCODE_AT) : 0;
    if (opcode == OPCODE_PFC)
        return MAC_CONTROL_PFC;
    if (opcode != OPCODE_PAUSE || len < QUANTA_AT + 2)
        return MAC_CONTROL_OTHER;
    *quanta = be16_load(frame + QUANTA_AT);
    return MAC_CONTROL_PAUSE;
}
