/* The options of a program's sockets. Like the other calls (socket_calls.h), these two return 0 or more, or a negative
 * errno. */
#ifndef TOESIM_APP_SOCKET_OPTIONS_H
#define TOESIM_APP_SOCKET_OPTIONS_H

#include "host-sw/app/socket_app.h"

#ifdef __cplusplus
extern "C" {
#endif

int socket_app_set(struct socket_app *app, int fd, enum socket_option option, int value);
int socket_app_get(struct socket_app *app, int fd, enum socket_option option, int *value);

#ifdef __cplusplus
}
#endif

#endif
