/* I-ACK and I-NODUP: what was acknowledged is in memory; what is in memory is delivered once. */
#ifndef TOESIM_CHECK_CHECK_RX_H
#define TOESIM_CHECK_CHECK_RX_H

struct check;
struct probe_event;

void check_rx_on_event(struct check *check, const struct probe_event *event);

#endif
