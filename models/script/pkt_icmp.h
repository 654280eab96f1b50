/* Builds ICMP errors that a router sends about a segment of the server and that quote it (RFC 792, RFC 4443). */
#ifndef TOESIM_SCRIPT_PKT_ICMP_H
#define TOESIM_SCRIPT_PKT_ICMP_H

#include "models/script/pkt_segment.h"

/* An ICMP error of a router about the server's segment at seq: kind is a name of pkt_icmp_kinds. */
uint32_t pkt_icmp_build(struct pkt_wire *wire, const char *kind, uint32_t seq, uint32_t mtu,
                        uint8_t *frame);
/* Returns true if either family has a kind of this name. */
bool pkt_icmp_is_kind(const char *kind);

#endif
