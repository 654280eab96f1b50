/*
 * The TCP core: RFC 9293 on one connection context. No memory, no clock, no payload of its own:
 * the caller passes the context, the time and a segment, and gets back what to do. Used by the TOE
 * engine, the host stack and the generators, so all of them speak exactly the same TCP.
 *
 * A caller's loop: tcp_input() or tcp_on_timer() or tcp_on_app_*(), act on the result, then
 * tcp_output() until it returns false, then arm one timer for tcp_deadline_us().
 *
 * Bounds of this version: data in a SYN is left to the peer to repeat; urgent data is delivered in
 * line (RFC 6093), the pointer beside it.
 */
#ifndef TOESIM_TCP_TCP_H
#define TOESIM_TCP_TCP_H

#include "models/tcp/tcp_icmp.h"
#include "models/tcp/tcp_image.h"
#include "models/tcp/tcp_input.h"
#include "models/tcp/tcp_output.h"
#include "models/tcp/tcp_params.h"
#include "models/tcp/tcp_reset.h"
#include "models/tcp/tcp_state.h"
#include "models/tcp/tcp_timer.h"
#include "models/tcp/tcp_types.h"

#endif
