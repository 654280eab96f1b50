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
    FRAME_BAD_FCS = 1u << 0, /* damaged on a link, so the receiving MAC must drop it */
    /* The sender to the switch has chosen the port where the frame arrives. */
    FRAME_TO_NIC0 = 1u << 2,
    FRAME_TO_NIC1 = 1u << 3,
    FRAME_UNPADDED = 1u << 1, /* cut short on a link, and not padded to 60 bytes */
};

struct frame {
    uint64_t id;           /* unique in a run, never 0 */
    uint64_t born_ps;      /* time when its first stage created it */
    uint64_t mac_time_ps;  /* arrival of the last bit at the receiving NIC's MAC; 0 before */
    uint32_t conversation; /* the peer's conversation in a replay; UINT32_MAX if none */
    uint32_t len;       /* bytes in `data` from the destination MAC on, without FCS and padding */
    uint8_t port;       /* NIC (0, 1) that received or sends the frame */
    uint8_t flags;      /* enum frame_flag */
    struct frame *next; /* link for the queue of the present holder */
    uint8_t data[FRAME_BYTES_MAX];
};

/* An opaque pool of frames. Its memory grows in slabs up to the capacity and is kept. */
struct frame_pool;

/* Creates a pool of `capacity` frames, at least 1. Returns null if memory is short. */
struct frame_pool *frame_pool_create(size_t capacity);

/* Destroys the pool. All frames must have been freed by their holders, which is asserted. */
void frame_pool_destroy(struct frame_pool *pool);

/* Returns a frame with a new id, zero length and flags, and undefined contents; the caller holds it.
 * Returns null if all frames are in use, and then the caller counts a drop. */
struct frame *frame_alloc(struct frame_pool *pool, uint64_t now_ps);

/* Returns a frame to the pool; null is allowed. */
void frame_free(struct frame_pool *pool, struct frame *frame);

/* Returns true while some stage holds the frame with this id. It searches all frames, so it is for the end
 * of a run. */
bool frame_pool_holds(const struct frame_pool *pool, uint64_t id);

size_t frame_pool_in_use(const struct frame_pool *pool);
size_t frame_pool_in_use_max(const struct frame_pool *pool);

#ifdef __cplusplus
}
#endif

#endif
