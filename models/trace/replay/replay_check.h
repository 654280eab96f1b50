/* Decides when a conversation of a replay has ended, and with which result. */
#ifndef TOESIM_TRACE_REPLAY_CHECK_H
#define TOESIM_TRACE_REPLAY_CHECK_H

#include "models/trace/replay/replay_conv.h"

/* Ends the conversation if nothing more is due. */
void replay_check_end(struct replay_peer *peer, struct replay_conv *conv, uint64_t now_ps);
void replay_check_stalled(struct replay_peer *peer, struct replay_conv *conv, uint64_t now_ps);
void replay_check_close(struct replay_peer *peer, struct replay_conv *conv);
void replay_check_refuse(struct replay_peer *peer, struct replay_conv *conv, enum outcome reason,
                         const char *why);

/* Compares bytes [offset, offset + len) of the client's stream that the server's application took. */
void replay_check_on_server_bytes(struct replay_peer *peer, size_t conversation, uint64_t offset,
                                  const uint8_t *bytes, uint32_t len, uint64_t now_ps);
/* Tells that the server's application saw the end. `cause` is 0 for an orderly end, otherwise the reason. */
void replay_check_on_server_end(struct replay_peer *peer, size_t conversation, unsigned cause,
                                uint64_t now_ps);

#endif
