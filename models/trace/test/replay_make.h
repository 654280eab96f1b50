/* The remote side of a replay in either mode, and captures to replay, for tests. */
#ifndef TOESIM_TEST_REPLAY_MAKE_H
#define TOESIM_TEST_REPLAY_MAKE_H

#include "models/trace/replay/replay_side.h"
#include "models/trace/test/capture_writer.h"

/* Never null; without a waker. */
struct replay_side replay_side_make(bool endpoint, const struct replay_params *params,
                                    const struct capture *capture, struct frame_pool *pool,
                                    struct frame_sink uplink);

/* Of a team at 10.0.0.1 and fd00::1, first frame after 1 ms. */
struct replay_params replay_params_make(void);

/* Initial sequence numbers of capture_writer_handshake(), plus 1. */
enum { WRITER_C = 1001, WRITER_S = 5001 };

/* A download of `bytes` in segments of 1000, acknowledged every 16 segments only. */
void capture_write_download(struct capture_writer *w, uint32_t bytes);

/* Closes the writer and loads what it wrote; its file is removed. */
struct capture *capture_make(struct capture_writer *w);

#endif
