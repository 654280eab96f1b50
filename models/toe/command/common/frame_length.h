/* Checks of the lengths of Ethernet frames that the host hands over. */
#ifndef TOESIM_TOE_COMMAND_FRAME_LENGTH_H
#define TOESIM_TOE_COMMAND_FRAME_LENGTH_H

#include "models/hwif/nic_desc.h"

#include <stdbool.h>

/* Returns true if the length covers an Ethernet header and fits into a frame buffer. */
bool toe_frame_length_is_sound(uint32_t bytes);

/* The `check` function of a command whose `count` is the length of a frame. */
uint8_t toe_frame_length_check(const struct nic_cmd *cmd);

#endif
