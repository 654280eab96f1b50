/* ICMP errors about connections of the team. */
#ifndef TOESIM_HOST_DISPATCH_ICMP_H
#define TOESIM_HOST_DISPATCH_ICMP_H

struct answer_result;
struct host_sw;
struct nic_event;

/* Passes an ICMP error that the host has received to the place that has the context of its connection. */
void icmp_on_error(struct host_sw *sw, const struct answer_result *error);
/* Acts on the completion of the command ICMP. */
void icmp_on_done(struct host_sw *sw, const struct nic_event *event);
/* Passes a notice about a soft error from a NIC or the host's own TCP to the application. */
void icmp_on_notice(struct host_sw *sw, const struct nic_event *event);

#endif
