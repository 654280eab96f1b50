/* The push window of BAR 0. Each line of 64 bytes that the host writes there is a command, so the engine need not fetch
 * it from the command ring. */
#ifndef TOESIM_TOE_COMMAND_PUSH_WINDOW_H
#define TOESIM_TOE_COMMAND_PUSH_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

struct toe_engine;

/* Returns the bits of NIC_REG_CAPABILITIES that the window adds. */
uint32_t toe_push_capabilities(const struct toe_engine *engine);

/* Called for a write of NIC_REG_CONTROL. The first one that enables the engine after a reset or a fence chooses the way of
 * all commands until the next reset or fence. Returns NIC_CONTROL_PUSH if the engine is enabled and commands come from
 * the window, or 0. */
uint32_t toe_push_control(struct toe_engine *engine, uint32_t value);

/* Returns true if the engine takes its commands from the window. */
bool toe_push_is_on(const struct toe_engine *engine);

/* Returns true if the engine has a window, and a write to BAR 0 touches it. */
bool toe_push_has(const struct toe_engine *engine, uint32_t offset, uint32_t len);

/* Takes a write that touches the window. The write must be one whole slot, and that of the next command. Any other
 * write means that a command is lost or mixed up, so the engine refuses it and fences itself. Nothing happens while the
 * engine is not running or takes its commands from the ring. */
void toe_push_write(struct toe_engine *engine, uint32_t offset, const void *data, uint32_t len,
                    uint64_t now_ps);

#endif
