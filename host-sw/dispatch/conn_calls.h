/* The calls of the application on its connections, as the team's program does them (dispatch/conn_api.h). */
#ifndef TOESIM_HOST_DISPATCH_CONN_CALLS_H
#define TOESIM_HOST_DISPATCH_CONN_CALLS_H

#include "host-sw/types/program.h"

extern const struct program_conn_ops team_conn_ops;

#endif
