/*
 * The TCP core: RFC 9293 on one connection context. It has no memory, clock or payload of its own: the
 * caller passes the context, the time and a segment, and the core returns what to do. The TOE engine, the
 * host stack and the generators use it, so all of them have exactly the same TCP.
 *
 * A caller's loop: call tcp_input() or tcp_on_timer() or tcp_on_app_*(), act on the result, call tcp_output() until
 * it returns false, and arm one timer for tcp_deadline_us().
 *
 * Limits of this version: data in a SYN is not accepted, so the peer has to repeat it; urgent data is delivered
 * inline (RFC 6093), with the pointer beside it.
 */
#ifndef TOESIM_TCP_TCP_H
#define TOESIM_TCP_TCP_H

#include "models/tcp/input/tcp_icmp.h"
#include "models/tcp/input/tcp_input.h"
#include "models/tcp/tcp_image.h"
#include "models/tcp/tcp_output.h"
#include "models/tcp/tcp_params.h"
#include "models/tcp/tcp_reset.h"
#include "models/tcp/tcp_state.h"
#include "models/tcp/tcp_timer.h"
#include "models/tcp/tcp_types.h"

#endif
