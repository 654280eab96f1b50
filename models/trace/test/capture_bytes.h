/* The streams, segments and steps of a loaded capture as plain arrays, for tests. */
#ifndef TOESIM_TEST_CAPTURE_BYTES_H
#define TOESIM_TEST_CAPTURE_BYTES_H

#include "models/trace/capture/capture.h"

/* Returns all bytes of one side's stream. The pointer is valid until the next call for the same
 * side. */
const uint8_t *capture_bytes(const struct capture *capture, const struct conversation *conv,
                             enum capture_side side);

/* Returns all segments of the client. The pointer is valid until the next call. */
const struct client_segment *capture_segments(const struct capture *capture,
                                              const struct conversation *conv);

/* Returns all steps of one side's application. The pointer is valid until the next call for the
 * same side. */
const struct app_step *capture_steps(const struct capture *capture, const struct conversation *conv,
                                     enum capture_side side);

#endif
