/* What observers and reports are told. A driver for real NICs has nothing of this. */
#ifndef TOESIM_HOST_MINIMAL_REPORT_H
#define TOESIM_HOST_MINIMAL_REPORT_H

#include "host-sw/minimal/minimal_state.h"

uint32_t minimal_id(const struct minimal *m, const struct minimal_conn *c);
uint64_t minimal_now(const struct minimal *m);
void minimal_charge(const struct minimal *m, enum cpu_cost cost, uint64_t units);
void minimal_emit(const struct minimal *m, const struct minimal_conn *c, unsigned nic,
                  struct probe_event event);
void minimal_mark(const struct minimal *m, const struct minimal_conn *c, enum move_mark mark,
                  uint64_t at_ps);
void minimal_set_state(struct minimal *m, struct minimal_conn *c, enum dir_state state);
void minimal_report_open(const struct minimal *m, const struct minimal_conn *c);
void minimal_report_begin(struct minimal *m, struct minimal_conn *c);
void minimal_report_end(struct minimal *m, struct minimal_conn *c, enum move_end end);
void minimal_report_record(const struct minimal *m, const struct nic_record *record, uint32_t conn);
void minimal_report_step(struct minimal *m);
size_t minimal_audit(const struct host_sw *sw, bool at_rest, struct host_sw_account *accounts);
uint64_t minimal_memory_pages(const struct host_sw *sw);

#endif
