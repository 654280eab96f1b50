/* SYNs that are answered without state (RFC 4987, docs/host_stack.md). */
#ifndef TOESIM_HOST_LIFE_COOKIE_H
#define TOESIM_HOST_LIFE_COOKIE_H

#include <stdbool.h>

struct dir_frame;
struct flow_key;
struct host_sw;
struct packet;

/* Answers the SYN with a cookie if that is necessary. Returns false if the caller is to open the connection in the
 * ordinary way. */
bool cookie_on_syn(struct host_sw *sw, const struct dir_frame *frame, const struct packet *packet,
                   const struct flow_key *key);
/* Opens the connection if an acknowledgment for an unknown tuple returns a valid cookie. Returns false if the caller
 * must still act on the segment. */
bool cookie_on_ack(struct host_sw *sw, const struct dir_frame *frame, const struct packet *packet,
                   const struct flow_key *key);

#endif
