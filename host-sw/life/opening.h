/* Connections that a peer opens: from its SYN to the first place, and what every opening needs. */
#ifndef TOESIM_HOST_LIFE_OPENING_H
#define TOESIM_HOST_LIFE_OPENING_H

#include "host-sw/host_sw.h"

struct host_sw;
struct dir_entry;
struct conn_ctx;
struct dir_frame;
struct packet;
struct time_wait;

/* What of it may change during the connection, as NICs take it. */
struct nic_options opening_options(const struct app_accept *accept);
/* Would a SYN for key be taken, or dropped for want of room? Asks the application. */
bool opening_is_for_listener(struct host_sw *sw, const struct flow_key *key,
                             const struct tcp_segment *seg);
void opening_on_syn(struct host_sw *sw, const struct dir_frame *frame, const struct packet *packet,
                    const struct flow_key *key, const struct time_wait *reopened);
/* Rings and directory entry; null: none left, and nothing is kept. */
struct dir_entry *opening_admit(struct host_sw *sw, const struct flow_key *key);
/* The image of a connection that opens: LISTEN, or SYN_SENT when it is active. */
void opening_build_image(struct host_sw *sw, const struct dir_entry *entry,
                         const uint8_t peer_mac[6], const struct app_accept *accept,
                         struct conn_ctx *image);
void opening_emit(struct host_sw *sw, const struct dir_entry *entry);
/* An entry of opening_admit() with its iss takes the numbers of a peer's SYN and holds the frame that
 * opens it; gives the NIC it should go to. */
unsigned opening_begin(struct host_sw *sw, struct dir_entry *entry, const struct dir_frame *frame,
                       uint32_t irs, const struct app_accept *accept);
/* It is established, or has ended before. */
void opening_done(struct host_sw *sw, struct dir_entry *entry);
/* To the NIC, or to the host where policy or room say so. */
void opening_give(struct host_sw *sw, struct dir_entry *entry, unsigned nic,
                  struct conn_ctx *image);

#endif
