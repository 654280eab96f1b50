/*
 * Frames out of turn: a generated client does something at a given time that it would not do by itself. Each kind is an
 * action of the client, so the client's own TCP knows of it, and every byte can still be judged.
 */
#ifndef TOESIM_TRACE_GEN_PEER_PLACE_H
#define TOESIM_TRACE_GEN_PEER_PLACE_H

#include "models/trace/generate/gen_peer.h"

#ifdef __cplusplus
extern "C" {
#endif

enum gen_frame {
    GEN_FRAME_NONE,
    GEN_FRAME_RST,  /* the client aborts: a reset at its next sequence number */
    GEN_FRAME_FIN,  /* the client closes early, behind what it has sent: the rest is never sent */
    GEN_FRAME_DATA, /* the client writes GEN_PLACED_BYTES more */
    GEN_FRAME_DUP,  /* the network doubles the client's last segment, with data if there was one */
    GEN_FRAME_WINDOW, /* an ACK that shuts the client's window */
    GEN_FRAME_FORGED, /* somebody else sends a segment under the client's tuple, far outside its window */
};

enum { GEN_PLACED_BYTES = 512 };

/* From now on the last segment of this client is kept, so that GEN_FRAME_DUP can send it again. It is called once, before
 * the first frame. Returns false if memory is short. */
bool gen_peer_watch(struct gen_peer *peer, uint32_t index);

/*
 * Lets the client act now. The frames that it sends at once carry `flags` (enum frame_flag, such as FRAME_TO_NIC1).
 * Returns false, and nothing has happened, if the client cannot do that in its state: only established connections can be
 * reset or closed, only ones that have not closed can write, and only a client that has sent something can be doubled.
 */
bool gen_peer_place(struct gen_peer *peer, uint32_t index, enum gen_frame kind, uint8_t flags,
                    uint64_t now_ps);

#ifdef __cplusplus
}
#endif

#endif
