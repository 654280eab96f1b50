/* ICMP errors about connections of the team. */
#ifndef TOESIM_HOST_DISPATCH_ICMP_H
#define TOESIM_HOST_DISPATCH_ICMP_H

struct answer_result;
struct host_sw;
struct nic_event;

void icmp_on_error(struct host_sw *sw, const struct answer_result *error);
void icmp_on_done(struct host_sw *sw, const struct nic_event *event);
void icmp_on_notice(struct host_sw *sw, const struct nic_event *event);

#endif
