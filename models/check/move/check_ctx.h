/* I-CTX: parity errors are found where bits were flipped, and only there. */
#ifndef TOESIM_CHECK_CHECK_CTX_H
#define TOESIM_CHECK_CHECK_CTX_H

struct check;
struct probe_event;

void check_ctx_on_event(struct check *check, const struct probe_event *event);

#endif
