/* Writes streams.bin (stream_record.h). It listens to the probe for what the server's application receives, and is shown
 * the frames that reach the clients. */
#ifndef TOESIM_SIM_STREAM_LOG_H
#define TOESIM_SIM_STREAM_LOG_H

#include "models/base/frame.h"
#include "models/base/probe.h"
#include "models/base/status.h"
#include "models/hwif/flow_key.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct stream_log; /* opaque */

/* Creates DIR/streams.bin under a temporary name. `conn_max` is the number of connection ids. Returns null and sets err
 * (STATUS_ENVIRONMENT) if the file or the memory is not to be had. */
struct stream_log *stream_log_create(const char *dir, uint32_t conn_max, struct error *err);

struct probe_listener stream_log_listener(struct stream_log *log);

/* Notes what a frame of the team brings to the clients. Frames that a receiver drops, because a check sequence or a
 * checksum is wrong, are left out. */
void stream_log_on_client_frame(struct stream_log *log, const struct frame *frame);

/* Tells the outcome of a tuple, and the number of its conversation. Returns false if it belongs to none. */
typedef bool stream_outcome_of(void *self, const struct flow_key *key, uint32_t *outcome,
                               uint64_t *number);

/* Adds the outcome of each connection. It is called once, when the outcomes have been decided. */
void stream_log_outcomes(struct stream_log *log, stream_outcome_of *outcome_of, void *self);

/* Completes the file and frees the log. Returns STATUS_ENVIRONMENT if something could not be written. */
enum status stream_log_close(struct stream_log *log, struct error *err);

#ifdef __cplusplus
}
#endif

#endif
