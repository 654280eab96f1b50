/* Two MACs and the link between them, for tests: a is the port of NIC 0, and b is the far end. */
#ifndef TOESIM_TEST_MAC_PAIR_H
#define TOESIM_TEST_MAC_PAIR_H

#include "models/base/stage_loop.h"
#include "models/mac/mac.h"
#include "models/test/frame_log.h"

struct mac_pair {
    struct frame_pool *pool;
    struct mac *a, *b;
    struct frame_log at_a, at_b;
    struct stage_loop loop;
    struct mac_params params;
    struct probe probe; /* the probe of a */
};

/* Sets the default parameters at 10G. The caller may change `params` before it calls mac_pair_open(). */
void mac_pair_init(struct mac_pair *net);
/* Creates both MACs, connects them, and adds them to a loop that begins at time 0. */
void mac_pair_open(struct mac_pair *net);
/* Destroys the MACs, and asserts that all frames are back in the pool. */
void mac_pair_close(struct mac_pair *net);

/* Lets `mac` send a frame of `len` bytes at the present time of the loop. Returns its id. */
uint64_t mac_pair_send(struct mac_pair *net, struct mac *mac, uint32_t len);
/* Lets `mac` send this frame, which it then owns. */
void mac_pair_send_frame(struct mac_pair *net, struct mac *mac, struct frame *frame);
/* Runs the loop until this time. */
void mac_pair_run(struct mac_pair *net, uint64_t until_ps);
/* Returns the number of frames that `mac` has dropped for this reason. */
uint64_t mac_pair_drops(const struct mac *mac, enum drop_reason reason);

#endif
