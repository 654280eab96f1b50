/* I-CRC for checkpoints: the host rebuilds a connection with the newest checkpoint that is visible, and with all of it. */
#ifndef TOESIM_CHECK_CHECK_CHECKPOINT_H
#define TOESIM_CHECK_CHECK_CHECKPOINT_H

struct check;
struct probe_event;

void check_checkpoint_on_event(struct check *check, const struct probe_event *event);

#endif
