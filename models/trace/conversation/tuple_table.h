/* Which tuple each conversation of a capture has on the team's address, and the way back. */
#ifndef TOESIM_TRACE_TUPLE_TABLE_H
#define TOESIM_TRACE_TUPLE_TABLE_H

#include "models/trace/capture/capture.h"

struct tuple_params {
    uint8_t team_mac[6];
    uint8_t team_ipv4[16], team_ipv6[16];
    /* One stack plays all clients and does not look at VLANs: no tuple twice, whatever its VLAN. */
    bool across_vlans;
};

struct tuple_table {
    struct tuple_params params;
    struct flow_key *keys; /* by conversation; ip_version 0: no free tuple was left */
    size_t count;
    uint32_t *slots; /* open addressing: conversation plus 1 */
    size_t size;
};

/* A tuple for every conversation. False: out of memory; free it all the same. */
bool tuple_table_init(struct tuple_table *table, const struct tuple_params *params,
                      const struct capture *capture);
void tuple_table_free(struct tuple_table *table);

/* Conversation of a tuple as used in the simulation (local = team); SIZE_MAX: none. */
size_t tuple_table_find(const struct tuple_table *table, const struct flow_key *key);

/* The same without regard to the key's VLAN; only with across_vlans. */
size_t tuple_table_find_across(const struct tuple_table *table, const struct flow_key *key);

/* The conversation a frame of the team belongs to, given the tuple as the frame has it (local =
 * its destination). */
size_t tuple_table_find_reverse(const struct tuple_table *table, const struct flow_key *seen);

/* The client's MAC address: as captured, or a made-up one where no host can have that. */
void tuple_table_client_mac(const struct tuple_table *table, const struct conversation *cap,
                            size_t index, uint8_t mac[6]);

#endif
