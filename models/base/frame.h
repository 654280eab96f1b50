/* Ethernet frames in flight, and the pool they come from. Exactly one stage holds a frame at a time. */
#ifndef TOESIM_BASE_FRAME_H
#define TOESIM_BASE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Longest frame without FCS: 9000-byte MTU, Ethernet header, two VLAN tags, and room. */
enum {
    FRAME_BYTES_MAX = 9216,
    /* The largest packet that fits a frame behind the Ethernet header and two VLAN tags. */
    FRAME_MTU_MAX = FRAME_BYTES_MAX - 14 - 2 * 4,
};

enum frame_flag {
    FRAME_BAD_FCS = 1u << 0, /* damaged on a link: the receiving MAC must drop it */
    FRAME_TO_NIC0 = 1u << 2, /* whoever put it on the switch says where it is to arrive */
    FRAME_TO_NIC1 = 1u << 3,
    FRAME_UNPADDED = 1u << 1, /* cut short on a link: what is left is all, no padding to 60 bytes */
};

struct frame {
    uint64_t id;           /* unique in a run, never 0 */
    uint64_t born_ps;      /* when its first stage made it */
    uint64_t mac_time_ps;  /* last bit at the receiving NIC's MAC; 0 until then */
    uint32_t conversation; /* replay bookkeeping for the peer side; UINT32_MAX: none */
    uint32_t len;  /* bytes in data: destination MAC up to the payload, no FCS, no padding owed */
    uint8_t port;  /* NIC (0, 1) it was received on or is sent from */
    uint8_t flags; /* enum frame_flag */
    struct frame *next; /* free for the holder's own queue */
    uint8_t data[FRAME_BYTES_MAX];
};

/* Opaque pool of frames; memory grows in slabs up to capacity and stays. */
struct frame_pool;

/* Null when memory is short. capacity in frames, at least 1. */
struct frame_pool *frame_pool_create(size_t capacity);

/* All frames must be back (asserts): whoever holds a frame frees it. */
void frame_pool_destroy(struct frame_pool *pool);

/* A frame with a new id, zero length and flags, contents undefined; null when all are in use (the
 * caller counts a drop). The caller holds it. */
struct frame *frame_alloc(struct frame_pool *pool, uint64_t now_ps);

/* Ends the frame's life; null is allowed. */
void frame_free(struct frame_pool *pool, struct frame *frame);

/* True while somebody holds the frame with this id. Looks at every frame: for the end of a run. */
bool frame_pool_holds(const struct frame_pool *pool, uint64_t id);

size_t frame_pool_in_use(const struct frame_pool *pool);
size_t frame_pool_in_use_max(const struct frame_pool *pool);

#ifdef __cplusplus
}
#endif

#endif
