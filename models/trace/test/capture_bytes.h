/* The streams, segments and steps of a loaded capture as plain arrays, for tests. */
#ifndef TOESIM_TEST_CAPTURE_BYTES_H
#define TOESIM_TEST_CAPTURE_BYTES_H

#include "models/trace/capture/capture.h"

/* All bytes of one side's stream. Valid until the next call for the same side. */
const uint8_t *capture_bytes(const struct capture *capture, const struct conversation *conv,
                             enum capture_side side);

/* All segments of the client. Valid until the next call. */
const struct client_segment *capture_segments(const struct capture *capture,
                                              const struct conversation *conv);

/* All steps of one side's application. Valid until the next call for the same side. */
const struct app_step *capture_steps(const struct capture *capture, const struct conversation *conv,
                                     enum capture_side side);

#endif
