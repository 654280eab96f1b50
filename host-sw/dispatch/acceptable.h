/* Predicts whether the owner of a connection would accept a segment. The host knows the state of the connection only
 * from the last record, so the test is generous: the owner refuses every segment that the test refuses. */
#ifndef TOESIM_HOST_DISPATCH_ACCEPTABLE_H
#define TOESIM_HOST_DISPATCH_ACCEPTABLE_H

#include <stdbool.h>
#include <stdint.h>

struct dir_entry;
struct tcp_segment;

/* Returns false if the segment lies outside the receive window (RFC 9293 3.10.7.4), whose right edge is at most
 * ring_bytes above the application's read position, or if it acknowledges bytes that the application has not written
 * (RFC 5961 5). Returns true otherwise. */
bool segment_is_acceptable(const struct dir_entry *entry, uint32_t ring_bytes,
                           const struct tcp_segment *seg);

#endif
