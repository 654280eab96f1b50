/* Connections and commands about them. */
#ifndef TOESIM_HOST_MINIMAL_CONN_H
#define TOESIM_HOST_MINIMAL_CONN_H

#include "host-sw/minimal/minimal_state.h"

bool minimal_conns_init(struct minimal *m);
void minimal_conns_free(struct minimal *m);
struct minimal_conn *minimal_find(const struct minimal *m, const struct flow_key *key);
void minimal_open(struct minimal *m, const struct minimal_frame *frame, const struct packet *packet,
                  const struct flow_key *key);
void minimal_command(struct minimal *m, struct minimal_conn *c, unsigned nic, struct nic_cmd cmd);
void minimal_release(struct minimal *m, struct minimal_conn *c, unsigned nic, uint16_t gen);
void minimal_end(struct minimal *m, struct minimal_conn *c, enum nic_term_cause cause);
/* Notes that a command about the connection has completed. */
void minimal_done(struct minimal *m, struct minimal_conn *c);
void minimal_give_up(struct minimal *m, struct minimal_conn *c, enum nic_term_cause cause);

#endif
