/* Reports about transfers. Observers are told of the begin and the end of a transfer, and of the marks that only its
 * mechanism has. Transfers are counted here by kind. */
#ifndef TOESIM_HOST_TRANSFER_TRANSFER_REPORT_H
#define TOESIM_HOST_TRANSFER_TRANSFER_REPORT_H

#include "models/base/move_event.h"
#include "models/hwif/ctx_enums.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct dir_entry;
struct host_sw;
struct transfer;

/* Returns true if a transfer of the connection is under way. */
bool transfer_is_under_way(const struct dir_entry *entry);

/* Returns true if a transfer from NIC to NIC is under way. */
bool transfer_is_move(const struct transfer *transfer);

/* Returns a trigger of the present time without a frame, for a transfer that a call asks for. */
struct move_trigger transfer_called(const struct host_sw *sw);

/* Reports that the connection is to move to this NIC, at once or when its turn in the queue comes. */
void transfer_report_wanted(struct host_sw *sw, const struct dir_entry *entry, unsigned dest,
                            enum move_reason reason, const struct move_trigger *why);

/* Reports that the entry's transfer begins. */
void transfer_report_begin(struct host_sw *sw, const struct dir_entry *entry);

/* Reports that a move from NIC to NIC is late, or that it has failed and its end will follow. Reports no other
 * transfer. */
void transfer_report_trouble(struct host_sw *sw, const struct dir_entry *entry);

/* Reports how the transfer ends. Only the first such report of a transfer counts. */
void transfer_report_end(struct host_sw *sw, struct dir_entry *entry, enum move_end end);

/* Reports that the mechanism's own mark with index `own` in its `marks` happens now. Called at most once in a transfer
 * for each mark. */
void transfer_mark_own(struct host_sw *sw, const struct dir_entry *entry, unsigned own);

/* Returns the number of transfers of this kind that have begun and have not ended, counted in the directory. */
uint64_t transfer_count_open(const struct host_sw *sw, enum transfer_kind kind);

#ifdef __cplusplus
}
#endif

#endif
