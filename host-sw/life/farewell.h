/*
 * Peers of connections that ended with nobody left to tell them: the NIC died, or its context was
 * lost. Each gets one reset that nobody asked for, at the next number it expects as far as the
 * host knows, so that it is acceptable (RFC 5961 3.2). Where the host cannot be sure of that number,
 * because something was in flight, the peer is asked for it, as keepalive does (RFC 9293 3.8.4), and
 * its answer is reset at its own number. What the peer sends by itself is answered in the same way, but
 * not twice while the answer is on its way.
 */
#ifndef TOESIM_HOST_LIFE_FAREWELL_H
#define TOESIM_HOST_LIFE_FAREWELL_H

#include <stdbool.h>

struct dir_entry;
struct flow_key;
struct host_sw;
struct tcp_segment;

/* The connection ends: its peer is to be told in the next step. */
void farewell_begin(struct host_sw *sw, const struct dir_entry *entry);
/* The tuple begins anew. */
void farewell_forget(struct host_sw *sw, const struct flow_key *key);
/* A segment of a tuple that the directory does not know. True: it was answered, where that is due. */
bool farewell_on_frame(struct host_sw *sw, const struct flow_key *key,
                       const struct tcp_segment *seg);
/* Sends what is due. True: there was something. */
bool farewell_run(struct host_sw *sw);

#endif
