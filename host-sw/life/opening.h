/* Opens the connections of peers, from the SYN to the first place. Other parts that open connections use the same
 * functions. */
#ifndef TOESIM_HOST_LIFE_OPENING_H
#define TOESIM_HOST_LIFE_OPENING_H

#include "host-sw/stack/ephemeral.h"
#include "host-sw/stack/isn.h"
#include "host-sw/stack/neighbour.h"
#include "host-sw/types/application.h"
#include "models/hwif/nic_desc.h"

struct host_sw;
struct dir_entry;
struct conn_ctx;
struct dir_frame;
struct packet;
struct time_wait;

/* Connections that are being opened. The files of this folder write here. */
struct openings {
    struct isn_key isn_key;
    uint32_t embryonic; /* connections that a peer has begun to open */
    uint64_t cookie_ps; /* when the last SYN cookie was sent; TIME_NEVER if none was */
    uint32_t resolving; /* connections that wait for a neighbour's address */
    struct neighbour_table neighbours;
    struct ephemeral ephemeral;
};

/* Returns the options that may change during the connection, in the form in which NICs take them. */
struct nic_options opening_options(const struct app_accept *accept);
/* Returns true if the application has a listener for key, even if the listener is too busy to accept now. */
bool opening_is_for_listener(struct host_sw *sw, const struct flow_key *key,
                             const struct tcp_segment *seg);
/* Opens a connection for the SYN in frame, or refuses it. reopened is the incarnation in TIME_WAIT that the SYN
 * replaces, or null. */
void opening_on_syn(struct host_sw *sw, const struct dir_frame *frame, const struct packet *packet,
                    const struct flow_key *key, const struct time_wait *reopened);
/* Allocates the rings and a directory entry. Returns null if there is no room; then nothing stays allocated. */
struct dir_entry *opening_admit(struct host_sw *sw, const struct flow_key *key);
/* Builds the first image of a connection, in SYN_SENT if the server opens it and in LISTEN otherwise. */
void opening_build_image(struct host_sw *sw, const struct dir_entry *entry,
                         const uint8_t peer_mac[6], const struct app_accept *accept,
                         struct conn_ctx *image);
/* Tells the policies and observers that the connection opens. */
void opening_emit(struct host_sw *sw, const struct dir_entry *entry);
/* Takes the sequence number of the peer's SYN into an entry of opening_admit() whose iss is set, and holds the frame
 * that opens the connection. Returns the NIC that the connection should go to. */
unsigned opening_begin(struct host_sw *sw, struct dir_entry *entry, const struct dir_frame *frame,
                       uint32_t irs, const struct app_accept *accept);
/* Stops counting the connection as embryonic, because it is established or has ended. */
void opening_done(struct host_sw *sw, struct dir_entry *entry);
/* Gives the connection to the NIC, or to the host if the offload policy or the lack of a place requires that. */
void opening_give(struct host_sw *sw, struct dir_entry *entry, unsigned nic,
                  struct conn_ctx *image);

#endif
