/* The checkpoints that NICs write to host memory (models/hwif/checkpoint.h). */
#ifndef TOESIM_HOST_TEAM_CHECKPOINT_H
#define TOESIM_HOST_TEAM_CHECKPOINT_H

#include <stdbool.h>
#include <stdint.h>

struct conn_ctx;
struct dir_entry;
struct host_sw;
struct host_sw_params;

/* Returns how many lines the mechanism's checkpoints have; 0: it has none. */
uint32_t checkpoint_lines(const struct host_sw_params *params);

/* Returns the bytes of host memory that the checkpoints of all connections take. */
uint64_t checkpoint_bytes(const struct host_sw_params *params);

/* Completes the live context `ctx`, which tcp_rebuild() has filled in, from the connection's checkpoint. A checkpoint
 * that is torn, or of another generation, is counted and not used. The NIC is fenced, and its last writes are in memory. */
void checkpoint_restore(struct host_sw *sw, const struct dir_entry *entry, struct conn_ctx *ctx);

#endif
