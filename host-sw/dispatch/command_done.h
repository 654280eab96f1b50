/* Gives the completion of a command to the part that has issued it. */
#ifndef TOESIM_HOST_DISPATCH_COMMAND_DONE_H
#define TOESIM_HOST_DISPATCH_COMMAND_DONE_H

struct host_sw;
struct nic_event;

/* Acts on the completion of a command, or of each entry of a list. */
void command_done(struct host_sw *sw, unsigned nic, const struct nic_event *event);

#endif
