/*
 * Lists of commands for one NIC (docs/hwif.md, section 4c). The driver collects the commands of a step that may stand in
 * a list, one list for each kind of command, and gives the NIC one command for each list.
 */
#ifndef TOESIM_HOST_DRIVER_COMMAND_LIST_H
#define TOESIM_HOST_DRIVER_COMMAND_LIST_H

#include "models/hwif/nic_bus.h"
#include "models/hwif/nic_desc.h"

#include <stdbool.h>
#include <stdint.h>

enum { COMMAND_LIST_KINDS = 4, COMMAND_LIST_NONE = UINT16_MAX };

/* A list that collects entries, or that the NIC has. */
struct command_list {
    bool used;
    uint8_t kind;
    uint32_t count;
    struct nic_cmd entry[NIC_LIST_MAX];
};

struct command_lists {
    struct nic_bus bus;
    uint32_t max;  /* entries of a list at most; 0: no lists */
    uint64_t base; /* host memory of all lists */
    struct command_list *lists;
    uint16_t open[COMMAND_LIST_KINDS]; /* the list that collects entries, or COMMAND_LIST_NONE */
    uint32_t open_count;
};

/* Reserves memory for lists of up to `max` entries, from 1 to NIC_LIST_MAX. The call blocks for one register access.
 * Returns false if the NIC takes no lists, or if there is no memory. `version` is that of the NIC's interface. */
bool command_lists_init(struct command_lists *lists, struct nic_bus bus, unsigned nic,
                        uint32_t version, uint32_t max);
void command_lists_free(struct command_lists *lists);

/* Returns the bytes of host memory that the lists take. */
uint64_t command_lists_bytes(const struct command_lists *lists);

/* Returns true if this is the operation of a list. */
bool command_list_is(uint8_t op);

/* Returns true if an open list of another kind has a command of the connection. A list may be given to the NIC after
 * others that were opened later, so no connection may be in two of them. */
bool command_lists_have_other(const struct command_lists *lists, const struct nic_cmd *cmd);

/* Adds a command to the open list of its kind (FREEZE, INSTALL, RESERVE or RELEASE), and opens a list if there is none.
 * Returns false if all lists are in use. The list must be closed when it is full. */
bool command_lists_add(struct command_lists *lists, const struct nic_cmd *cmd);

/* Returns true if the open list of this kind is full. */
bool command_lists_is_full(const struct command_lists *lists, uint32_t kind);
uint32_t command_list_kind(const struct nic_cmd *cmd);

/* Closes the open list of this kind and stores the list's command in *cmd. Returns the number of the list, or
 * COMMAND_LIST_NONE if none is open. The list is in use until command_lists_end(). */
uint32_t command_lists_close(struct command_lists *lists, uint32_t kind, struct nic_cmd *cmd);

/* Makes the completion of one entry from that of its list. Returns false if the list has no entry of this index. */
bool command_lists_result(const struct command_lists *lists, uint32_t number, uint32_t index,
                          const struct nic_event *done, struct nic_event *each);
void command_lists_end(struct command_lists *lists, uint32_t number);

#endif
