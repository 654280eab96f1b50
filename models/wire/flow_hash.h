/* Hashes of a frame's addresses: the bonding formulas (timing 3.7) and Toeplitz (timing 3.6). */
#ifndef TOESIM_WIRE_FLOW_HASH_H
#define TOESIM_WIRE_FLOW_HASH_H

#include "models/wire/packet.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Each policy with the name that the Linux bonding driver and scenarios give it. */
#define FLOW_HASH_POLICIES(X)                                                                      \
    X(FLOW_HASH_LAYER2, "layer2")                                                                  \
    X(FLOW_HASH_LAYER2_3, "layer2_3")                                                              \
    X(FLOW_HASH_LAYER3_4, "layer3_4")
#define FLOW_HASH_POLICY(policy, name) policy,
enum flow_hash_policy { FLOW_HASH_POLICIES(FLOW_HASH_POLICY) };
#undef FLOW_HASH_POLICY

/* The bonding hash before the modulo by the number of members. Its low seven bits, hence its value
 * modulo two, are the same in both directions. Fragments and non-TCP leave ports out; non-IP falls
 * back to layer2. */
uint32_t flow_hash(enum flow_hash_policy policy, const struct packet *packet);

/* Toeplitz over source address, destination address and, with ports, source and destination port.
 */
uint32_t flow_hash_toeplitz(const uint8_t key[40], const struct packet *packet, int with_ports);

#ifdef __cplusplus
}
#endif

#endif
