/* The streams and payloads of a loaded capture as plain bytes, for tests. */
#ifndef TOESIM_TEST_CAPTURE_BYTES_H
#define TOESIM_TEST_CAPTURE_BYTES_H

#include "models/trace/capture.h"

/* All bytes of one side's stream. Valid until the next call for the same side. */
const uint8_t *capture_bytes(const struct capture *capture, const struct conversation *conv,
                             enum capture_side side);

#endif
