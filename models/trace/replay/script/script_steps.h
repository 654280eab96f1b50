/* The steps of both applications of a conversation. */
#ifndef TOESIM_TRACE_SCRIPT_STEPS_H
#define TOESIM_TRACE_SCRIPT_STEPS_H

#include "models/trace/replay/script/script.h"

/* Writes the steps of both applications and sets steps_at and the counts. Returns false if memory is short,
 * the disk failed, or the work was stopped. */
bool script_applications(const struct script_input *in, struct conversation *conv);

#endif
