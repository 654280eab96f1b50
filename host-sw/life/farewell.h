/*
 * Resets to the peers of connections whose NIC died or lost the context, because no NIC can tell these peers. The host
 * sends each peer one unsolicited reset with the sequence number that the peer expects as far as the host knows, so
 * that the peer accepts it (RFC 5961 3.2). If bytes were in flight, the host cannot be sure of that number. Then it
 * sends probes like those of keepalive (RFC 9293 3.8.4), and answers the peer's acknowledgment with a reset at the
 * acknowledged number. Other segments of the peer are answered in the same way, but not twice while a reset with the
 * same number may be in flight.
 */
#ifndef TOESIM_HOST_LIFE_FAREWELL_H
#define TOESIM_HOST_LIFE_FAREWELL_H

#include <stdbool.h>

struct dir_entry;
struct flow_key;
struct host_sw;
struct tcp_segment;

/* Notes a connection that ends, so that the next step sends its peer a reset. */
void farewell_begin(struct host_sw *sw, const struct dir_entry *entry);
/* Forgets the peer, because its tuple is used for a new connection. */
void farewell_forget(struct host_sw *sw, const struct flow_key *key);
/* Acts on a segment of a tuple that the directory does not know. Returns true if the tuple belongs to such a peer, so
 * that the caller must not send a reset. */
bool farewell_on_frame(struct host_sw *sw, const struct flow_key *key,
                       const struct tcp_segment *seg);
/* Sends the resets and probes that are due. Returns true if a timer was due. */
bool farewell_run(struct host_sw *sw);

#endif
