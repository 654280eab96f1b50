/* Hashes of a frame's addresses: the formulas of the bonding driver (docs/timing.md 3.7) and Toeplitz (3.6). */
#ifndef TOESIM_WIRE_FLOW_HASH_H
#define TOESIM_WIRE_FLOW_HASH_H

#include "models/hwif/flow_key.h"
#include "models/wire/packet.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The policies, with the names that the Linux bonding driver and the scenarios use. */
#define FLOW_HASH_POLICIES(X)                                                                      \
    X(FLOW_HASH_LAYER2, "layer2")                                                                  \
    X(FLOW_HASH_LAYER2_3, "layer2_3")                                                              \
    X(FLOW_HASH_LAYER3_4, "layer3_4")
#define FLOW_HASH_POLICY(policy, name) policy,
enum flow_hash_policy { FLOW_HASH_POLICIES(FLOW_HASH_POLICY) };
#undef FLOW_HASH_POLICY

/* Returns the bonding hash before the modulo by the number of members. Its low seven bits, and so its value modulo two,
 * are the same in both directions. The ports of fragments and of packets without TCP are not used; frames without IP are
 * hashed by the policy layer2. */
uint32_t flow_hash(enum flow_hash_policy policy, const struct packet *packet);

/* Returns the Toeplitz hash of source and destination address and, if with_ports is not 0, source and destination port. */
uint32_t flow_hash_toeplitz(const uint8_t key[40], const struct packet *packet, int with_ports);

/* Return the Toeplitz hash, under the key of the published test vectors, by which a server's cores share the connections: of
 * a TCP packet from a peer, and of the tuple of its connection. Both are the same. */
uint32_t flow_hash_of_packet(const struct packet *packet);
uint32_t flow_hash_of_tuple(const struct flow_key *key);

#ifdef __cplusplus
}
#endif

#endif
