/* SYNs that are answered without state (RFC 4987, docs/host_stack.md). */
#ifndef TOESIM_HOST_LIFE_COOKIE_H
#define TOESIM_HOST_LIFE_COOKIE_H

#include <stdbool.h>

struct dir_frame;
struct flow_key;
struct host_sw;
struct packet;

/* The SYN is answered with a cookie. False: an ordinary opening is due. */
bool cookie_on_syn(struct host_sw *sw, const struct dir_frame *frame, const struct packet *packet,
                   const struct flow_key *key);
/* An acknowledgment of a tuple nobody knows: when it brings a cookie back, the connection opens. False:
 * it does not. */
bool cookie_on_ack(struct host_sw *sw, const struct dir_frame *frame, const struct packet *packet,
                   const struct flow_key *key);

#endif
