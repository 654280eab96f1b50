/* I-ACK and I-NODUP: acknowledged bytes are in memory, and bytes in memory are delivered once. */
#ifndef TOESIM_CHECK_CHECK_RX_H
#define TOESIM_CHECK_CHECK_RX_H

struct check;
struct probe_event;

void check_rx_on_event(struct check *check, const struct probe_event *event);

#endif
