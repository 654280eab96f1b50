/* I-OWN, I-TX1, I-GEN, I-FENCE, I-DMA, I-DB: which place may do protocol processing, and since when. */
#ifndef TOESIM_CHECK_CHECK_OWN_H
#define TOESIM_CHECK_CHECK_OWN_H

struct check;
struct probe_event;

void check_own_on_event(struct check *check, const struct probe_event *event);

#endif
