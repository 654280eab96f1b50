/* Grants: one NIC writes the image straight into a slot of the other one (docs/hwif.md, section 4d). */
#ifndef TOESIM_HOST_TRANSFER_PLACE_NIC_GRANT_H
#define TOESIM_HOST_TRANSFER_PLACE_NIC_GRANT_H

#include "models/hwif/nic_desc.h"

#include <stdbool.h>
#include <stdint.h>

struct conn_ctx;
struct dir_entry;
struct host_sw;

/* A grant that is issued when FREEZE has left. */
struct grant {
    struct nic_cmd cmd;
    uint8_t nic;
};

/* All of them, in the order in which their moves began. place_nic_grant.c writes here. */
struct grants {
    struct grant *rows;
    uint32_t count, capacity;
};

/* Begins a move in which the source writes the image straight into a slot of the destination: issues FREEZE to the source, and
 * notes the grant, with which the destination waits for the image until `until_ps`. Returns false, and does nothing, if
 * the NICs cannot do it now. */
bool place_nic_grant(struct host_sw *sw, struct dir_entry *entry, uint64_t until_ps);

/* Issue the RESERVEs and then the grants of the moves that began in this step. */
void place_nic_reserve_grants(struct host_sw *sw);
void place_nic_issue_grants(struct host_sw *sw);

/* Goes on when FREEZE has completed: hands the image over in host memory as well, and gives the destination the held frames.
 * Returns false, and does nothing, if the transfer has no grant that is of use. */
bool place_nic_confirm(struct host_sw *sw, struct dir_entry *entry, struct conn_ctx *image);

#endif
