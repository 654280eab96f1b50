/* Makes the remote side of a replay in either mode, and captures to replay, for tests. */
#ifndef TOESIM_TEST_REPLAY_MAKE_H
#define TOESIM_TEST_REPLAY_MAKE_H

#include "models/trace/replay/replay_side.h"
#include "models/trace/test/capture_writer.h"

/* Returns the side, which is never null. It has no waker. */
struct replay_side replay_side_make(bool endpoint, const struct replay_params *params,
                                    const struct capture *capture, struct frame_pool *pool,
                                    struct frame_sink uplink);

/* Returns parameters for a team at 10.0.0.1 and fd00::1, with the first frame after 1 ms. */
struct replay_params replay_params_make(void);

/* The initial sequence numbers of capture_writer_handshake(), plus 1. */
enum { WRITER_C = 1001, WRITER_S = 5001 };

/* Writes a download of `bytes` in segments of 1000, of which only every 16th is acknowledged. */
void capture_write_download(struct capture_writer *w, uint32_t bytes);

/* Closes the writer, loads the file that it wrote, and removes the file. */
struct capture *capture_make(struct capture_writer *w);

#endif
