/* Maps each conversation of a capture to a tuple with the team's address, and back. */
#ifndef TOESIM_TRACE_TUPLE_TABLE_H
#define TOESIM_TRACE_TUPLE_TABLE_H

#include "models/trace/capture/capture.h"

struct tuple_params {
    uint8_t team_mac[6];
    uint8_t team_ipv4[16], team_ipv6[16];
    /* True if one stack plays all clients. It ignores VLANs, so no two conversations may share a tuple that differs only
     * by its VLAN. */
    bool across_vlans;
};

/* Only replayable conversations have an entry. */
struct tuple_table {
    struct tuple_params params;
    struct flow_key *keys;   /* ip_version 0: no free tuple was left */
    uint32_t *conversations; /* of each key, ascending */
    size_t count;
    uint32_t *slots; /* open addressing: index of the key plus 1 */
    size_t size;
};

/* Assigns a tuple to every replayable conversation. Returns false if memory is short; tuple_table_free() must be called even
 * then. */
bool tuple_table_init(struct tuple_table *table, const struct tuple_params *params,
                      const struct capture *capture);
void tuple_table_free(struct tuple_table *table);

/* Returns the tuple of a conversation, whose ip_version is 0 if no free tuple was left. One that is not replayable has the
 * tuple that it would have, for reports. */
struct flow_key tuple_table_key(const struct tuple_table *table, size_t conversation,
                                const struct conversation *cap);

/* Returns the bytes in memory. */
uint64_t tuple_table_bytes(const struct tuple_table *table);

/* Returns the conversation of a tuple of the simulation, whose `local` is the team, or SIZE_MAX. */
size_t tuple_table_find(const struct tuple_table *table, const struct flow_key *key);

/* Does the same but ignores the VLAN of the key. The table must have been made with across_vlans. */
size_t tuple_table_find_across(const struct tuple_table *table, const struct flow_key *key);

/* Returns the conversation of a frame that the team has sent. `seen` is the tuple of the frame, whose `local` is the
 * destination. */
size_t tuple_table_find_reverse(const struct tuple_table *table, const struct flow_key *seen);

/* Returns the captured MAC address of the client, or a generated one if no host can have the captured address. */
void tuple_table_client_mac(const struct tuple_table *table, const struct conversation *cap,
                            size_t index, uint8_t mac[6]);

#endif
