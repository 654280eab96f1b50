/* Reads what a capture holds: its conversations, their segments, steps, streams and payload. */
#ifndef TOESIM_TRACE_CAPTURE_ACCESS_H
#define TOESIM_TRACE_CAPTURE_ACCESS_H

#include "models/trace/capture/capture.h"

struct spill;

#ifdef __cplusplus
extern "C" {
#endif

size_t capture_conversation_count(const struct capture *capture);
/* Returns a conversation by its number; they are in the order in which they begin. The result is valid until the next
 * call, because the conversations may be on disk. If reading fails, it is zeroed and capture_trouble() reports the
 * error. */
const struct conversation *capture_conversation(const struct capture *capture, size_t index);
bool capture_is_replayable(const struct capture *capture, size_t index);
/* Returns the number of the first conversation from `index` on that is replayable, or the count if there is none. */
size_t capture_next_replayable(const struct capture *capture, size_t index);
const struct capture_stats *capture_get_stats(const struct capture *capture);

/* Returns the number of records that are left out, over all reasons. */
uint64_t capture_left_out_total(const struct capture_stats *stats);

/* Reads bytes [offset, offset + len) of a stream, which must exist. They come from the file. If reading fails, they are
 * zero and capture_trouble() reports the error. */
void capture_stream(const struct capture *capture, const struct conversation *conv,
                    enum capture_side side, uint64_t offset, uint8_t *bytes, size_t len);
/* These two functions read a segment of the client, or a step of either application, by its number from 0. */
void capture_segment(const struct capture *capture, const struct conversation *conv, size_t index,
                     struct client_segment *out);
void capture_step(const struct capture *capture, const struct conversation *conv,
                  enum capture_side side, size_t index, struct app_step *out);
/* Reads the payload of a client's segment, which is payload_len bytes long. */
void capture_payload(const struct capture *capture, const struct conversation *conv,
                     const struct client_segment *seg, uint8_t *bytes);
/* Returns STATUS_OK, or STATUS_ENVIRONMENT with the reason in `err` if bytes could not be read since the capture was
 * loaded. In that case the results of the run are meaningless. */
enum status capture_trouble(const struct capture *capture, struct error *err);
/* Returns a spill whose errors capture_trouble() reports, so that it can be told of others (spill_pass_trouble()). */
struct spill *capture_spill(const struct capture *capture);

/* Returns the NIC at which frames captured on this interface arrive, or -1 if the port policy decides. */
int capture_interface_nic(const struct capture *capture, uint16_t interface);

#ifdef __cplusplus
}
#endif

#endif
