/*
 * The file events.log (outputs.log.*): what the models reported, one line for each event, in the order of simulated time. An
 * event belongs to one topic, and has a level: 1 for what happens seldom, such as the begin of a move, 2 for each step, 3
 * for everything. docs/timeline.md lists them.
 */
#ifndef TOESIM_SIM_EVENT_LOG_H
#define TOESIM_SIM_EVENT_LOG_H

#include "models/base/probe.h"
#include "models/base/status.h"
#include "sim/log/log_params.h"

#ifdef __cplusplus
extern "C" {
#endif

struct event_log; /* opaque */

/* Opens DIR/events.log. Copies the params. Returns null with STATUS_ENVIRONMENT. */
struct event_log *event_log_create(const char *dir, const struct log_params *params,
                                   struct error *err);

/* Returns a listener for exactly the kinds of events that the params ask for. */
struct probe_listener event_log_listener(struct event_log *log);

/* Ends the file, and frees the log in any case. Returns STATUS_ENVIRONMENT if a write failed. */
enum status event_log_close(struct event_log *log, struct error *err);

/* Returns the topic and the level of a kind of event. */
enum log_topic event_log_topic(enum probe_kind kind, unsigned *level);

#ifdef __cplusplus
}
#endif

#endif
