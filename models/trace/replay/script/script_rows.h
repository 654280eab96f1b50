/* Converts the replay of a conversation to rows (row_codec.h) and back: the client's segments and the steps of both
 * applications. */
#ifndef TOESIM_TRACE_SCRIPT_ROWS_H
#define TOESIM_TRACE_SCRIPT_ROWS_H

#include "models/trace/capture/capture.h"
#include "models/trace/store/row_codec.h"

/* The row of a segment holds everything except the bytes of the options. */
extern const struct row_shape client_segment_shape;
void client_segment_pack(const struct client_segment *segment, struct row *row);
void client_segment_unpack(const struct row *row, struct client_segment *segment);

extern const struct row_shape app_step_shape;
void app_step_pack(const struct app_step *step, struct row *row);
void app_step_unpack(const struct row *row, struct app_step *step);

#endif
