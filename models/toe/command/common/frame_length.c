#include "models/toe/command/common/frame_length.h"

#include "models/base/frame.h"

enum { FRAME_BYTES_MIN = 14 };

bool toe_frame_length_is_sound(uint32_t bytes)
{
    return bytes >= FRAME_BYTES_MIN && bytes <= FRAME_BYTES_MAX;
}

uint8_t toe_frame_length_check(const struct nic_cmd *cmd)
{
    return toe_frame_length_is_sound(cmd->count) ? NIC_RESULT_OK : NIC_RESULT_BAD_FRAME;
}
