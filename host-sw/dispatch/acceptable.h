/* Is a segment of a connection one that its owner would accept? The host knows the connection only as of the
 * last record, so the answer is generous: what it refuses, the owner refuses as well. */
#ifndef TOESIM_HOST_DISPATCH_ACCEPTABLE_H
#define TOESIM_HOST_DISPATCH_ACCEPTABLE_H

#include <stdbool.h>
#include <stdint.h>

struct dir_entry;
struct tcp_segment;

/* True unless the segment lies outside the receive window (RFC 9293 3.10.7.4), whose right edge is at most
 * ring_bytes behind what the application has read, or acknowledges what the application has not written (RFC 5961 5). */
bool segment_is_acceptable(const struct dir_entry *entry, uint32_t ring_bytes,
                           const struct tcp_segment *seg);

#endif
