/*
 * What is told of a transfer: to observers its begin, marks and end, to its mechanism how far a place is. Each
 * transfer is counted here, by its kind.
 */
#ifndef TOESIM_HOST_TRANSFER_TRANSFER_REPORT_H
#define TOESIM_HOST_TRANSFER_TRANSFER_REPORT_H

#include "models/base/move_event.h"
#include "models/hwif/ctx_enums.h"

#include <stdbool.h>
#include <stdint.h>

struct dir_entry;
struct host_sw;
struct transfer;
struct transfer_done;

bool transfer_is_under_way(const struct dir_entry *entry);

/* A transfer from NIC to NIC is under way. */
bool transfer_is_move(const struct transfer *transfer);

/* A trigger of this moment without a frame: somebody outside the driver asked. */
struct move_trigger transfer_called(const struct host_sw *sw);

/* The connection is to move to this NIC, at once or in its turn. */
void transfer_report_wanted(struct host_sw *sw, const struct dir_entry *entry, unsigned dest,
                            enum move_reason reason, const struct move_trigger *why);

/* The entry's transfer begins. */
void transfer_report_begin(struct host_sw *sw, const struct dir_entry *entry);

/* It ends so. Only the first report of a transfer counts. */
void transfer_report_end(struct host_sw *sw, struct dir_entry *entry, enum move_end end);

/* A point of its time line. */
void transfer_mark(struct host_sw *sw, const struct dir_entry *entry, enum move_mark mark,
                   uint64_t at_ps);

/* The mark of the mechanism's own with this place in its `marks` happens now; once in a transfer. */
void transfer_mark_own(struct host_sw *sw, const struct dir_entry *entry, unsigned own);

/* A place tells the mechanism how far it is. */
void transfer_report_step(struct host_sw *sw, struct dir_entry *entry,
                          const struct transfer_done *done);

#endif
