/* The application's side of a connection. */
#ifndef TOESIM_HOST_MINIMAL_IO_H
#define TOESIM_HOST_MINIMAL_IO_H

#include "host-sw/minimal/minimal_state.h"

extern const struct program_conn_ops minimal_conn_ops;
void minimal_on_progress(struct minimal *m, struct minimal_conn *c,
                         const struct nic_record *record);
void minimal_flush_conns(struct minimal *m); /* rings the doorbells of the step */
void minimal_touch(struct minimal *m, struct minimal_conn *c);

#endif
