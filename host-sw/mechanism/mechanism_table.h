/* The table of all mechanisms. */
#ifndef TOESIM_HOST_TRANSFER_MECHANISM_TABLE_H
#define TOESIM_HOST_TRANSFER_MECHANISM_TABLE_H

#include "host-sw/mechanism/mechanism.h"

/* The mechanisms in the order of the table. The first one can take a connection from any place to any other, so the
 * driver uses it for the transfers that the chosen mechanism does not support. */
extern const struct mechanism_ops *const mechanism_table[];
extern const size_t mechanism_count;

/* Returns the number of marks that the mechanism has besides T0 to T13. */
size_t mechanism_mark_count(const struct mechanism_ops *ops);

/* Returns the first command (enum nic_cmd_op) that the mechanism needs and that `offered` lacks, or -1 if `offered` has
 * them all. `offered` has one bit for each command. */
int mechanism_missing_command(const struct mechanism_ops *ops, uint32_t offered);

/* Returns the names of all mechanisms; the list ends with a null pointer. */
const char *const *mechanism_names(void);

/* Returns the mechanism with this name, or null if there is none. */
const struct mechanism_ops *mechanism_find(const char *name);

#endif
