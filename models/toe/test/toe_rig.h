/* Two TOE engines with fakes of fixed latency for host memory, PCIe, context cache and MAC, and a driver
 * that the test controls. */
#ifndef TOESIM_TEST_TOE_RIG_H
#define TOESIM_TEST_TOE_RIG_H

#include "models/base/rng.h"
#include "models/base/stage_loop.h"
#include "models/hwif/nic_regs.h"
#include "models/toe/toe_engine.h"
#include "models/wire/packet.h"

enum {
    RIG_NICS = 2,
    RIG_CONNS = 16,
    RIG_MEM_BYTES = 8 << 20,
    RIG_TX_MAX = 512,
    RIG_RING_LOG2 = 4,
    RIG_PROBE_MAX = 4096,
    RIG_DATA_RING_LOG2 = 12,
};

struct rig_nic;
struct rig_event; /* a timed event of the fakes */

struct rig_slot {
    uint8_t state; /* enum own_state: ABSENT, RESERVED, ACTIVE, FROZEN, TOMBSTONE */
    bool locked;
    uint8_t locked_by;
    uint16_t gen;
    struct flow_key key;
    uint8_t image[CTX_BYTES];
    uint8_t reserve_result; /* of a RESERVE that is answered later */
    uint8_t bad_lines;      /* one bit for each line that a soft error has hit */
};

struct rig_nic {
    struct rig *rig;
    unsigned nic;
    struct toe_engine *engine;
    struct rig_slot slot[RIG_CONNS];
    struct ctx_client client;
    uint64_t cache_ready[CTX_WHO_COUNT]; /* keeps the requests of one requester in order */
    uint64_t issued, visible;            /* times of the last write */
    bool mac_space, link_up, read_hold, write_hold;
    /* The MAC reports a busy line until this time; 0 if the line is never busy. */
    uint64_t line_busy_until_ps;
    uint64_t line_left_until_ps;  /* time when every frame given to the MAC so far will have left */
    struct frame *tx[RIG_TX_MAX]; /* frames that the engine gave to the MAC */
    uint64_t tx_time[RIG_TX_MAX];
    uint32_t tx_count;
    uint32_t irqs[2];
    uint32_t cache_resets;
    uint32_t pushed;                /* lines written into the push window */
    uint32_t refused;               /* writes to BAR 0 that the engine refused */
    uint32_t hash_words, hash_word; /* number of words written, and the last of them */
    bool mac_fenced;
    bool is_dark; /* the carrier was taken away */
    uint64_t cmd_ring, record_ring, event_ring, buffer_ring;
    uint32_t cmd_producer, record_consumer, event_consumer, buffer_producer;
};

struct rig {
    struct stage_loop loop;
    struct frame_pool *pool;
    struct probe probe;
    struct probe_event seen[RIG_PROBE_MAX];
    uint32_t seen_count;
    void (*on_probe)(struct rig *rig, const struct probe_event *event); /* replaces `seen` if set */
    uint32_t ring_log2;
    bool pushes;   /* rig_command() pushes the commands; otherwise the engine fetches them */
    uint16_t vlan; /* VLAN of all connections */
    uint8_t ip_version;
    bool reserves_early; /* RESERVE takes effect when the cache gets it, and not with its answer */
    bool jitter;         /* latencies vary, and reads may overtake each other */
    struct rng rng;
    uint8_t *mem;
    uint64_t mem_next;
    struct rig_event *events;
    uint64_t sequence;
    struct toe_params params;
    struct rig_nic nic[RIG_NICS];
};

/* rig_init() sets the defaults; rig_start() powers on, sets up and enables both NICs. A test changes
 * `params` in between. */
void rig_init(struct rig *rig);
void rig_start(struct rig *rig);
void rig_end(struct rig *rig); /* asserts that every frame went back to the pool */

void rig_run(struct rig *rig, uint64_t ps);
uint64_t rig_alloc(struct rig *rig, uint32_t bytes);
void rig_write32(struct rig *rig, unsigned nic, uint32_t offset, uint32_t value);
uint32_t rig_read32(struct rig *rig, unsigned nic, uint32_t offset);
void rig_post_buffers(struct rig *rig, unsigned nic, uint32_t count);
void rig_command(struct rig *rig, unsigned nic, const struct nic_cmd *cmd);
/* Writes `len` bytes at `offset` of BAR 0. */
void rig_write(struct rig *rig, unsigned nic, uint32_t offset, const void *data, uint32_t len);
/* Writes `len` bytes at `offset` of the push window. */
void rig_push(struct rig *rig, unsigned nic, uint32_t offset, const void *data, uint32_t len);
void rig_doorbell(struct rig *rig, unsigned nic, uint32_t conn, uint16_t gen, uint8_t kind,
                  uint32_t value);
bool rig_take_record(struct rig *rig, unsigned nic, struct nic_record *record);
bool rig_take_event(struct rig *rig, unsigned nic, struct nic_event *event);
/* Takes the next event, which must be of this kind. */
struct nic_event rig_event(struct rig *rig, unsigned nic, uint8_t kind);
struct nic_record rig_record(struct rig *rig, unsigned nic, uint8_t verdict);
void rig_no_event(struct rig *rig, unsigned nic);
void rig_release_dma(struct rig *rig, unsigned nic);
/* Causes a soft error in one line of the context of `conn` in this NIC's cache. */
void rig_flip(struct rig *rig, unsigned nic, uint32_t conn, uint8_t line);

/* Returns the index in `seen`, from `from` on, of the first event of a kind whose state, mark or sequence
 * number is `value`; -1 if there is none. */
int rig_probe_find(const struct rig *rig, enum probe_kind kind, unsigned nic, uint64_t value,
                   int from);
uint32_t rig_probe_count(const struct rig *rig, enum probe_kind kind, unsigned nic);

/* --- one connection: 10.0.0.1:80 on the server, 10.0.0.2:port on the client --- */

struct rig_peer {
    struct rig *rig;
    uint32_t conn;
    uint16_t port;
    uint16_t gen;
    uint64_t image, rx_ring, tx_ring;
    uint32_t seq, ack; /* next sequence number of the peer; next number expected from the server */
};

/* Fills in the address of host 1 (the server) or host 2 (the client). */
void rig_address(const struct rig *rig, uint8_t host, uint8_t addr[16]);
/* Builds one segment of the client in a frame of the pool. */
struct frame *rig_frame(struct rig_peer *peer, uint16_t flags, uint32_t seq, uint32_t ack,
                        const void *payload, uint32_t len);
void rig_deliver(struct rig *rig, unsigned nic, struct frame *frame);
void rig_segment(struct rig_peer *peer, unsigned nic, uint16_t flags, const void *payload,
                 uint32_t len);
/* Builds the LISTEN image of `peer` at peer->image. */
void rig_build_image(struct rig *rig, struct rig_peer *peer);
/* Copies a frame into host memory, as a driver holds it, and frees it. Returns its nic_held entry. */
struct nic_held rig_hold(struct rig *rig, struct frame *frame, uint8_t port);
/* Builds the LISTEN image, reserves an entry, and installs the image with the SYN as a held
 * frame. */
void rig_open(struct rig *rig, struct rig_peer *peer, uint32_t conn, unsigned nic);
/* Calls rig_open() and completes the handshake. Afterwards the state is ESTABLISHED, and all records and
 * events are taken. */
void rig_establish(struct rig *rig, struct rig_peer *peer, uint32_t conn, unsigned nic);
void rig_install(struct rig_peer *peer, unsigned nic, const struct nic_held *held, uint32_t count);
void rig_freeze(struct rig_peer *peer, unsigned nic);
/* Returns the n-th frame that the engine sent, parsed. */
struct packet rig_sent(struct rig *rig, unsigned nic, uint32_t n);

#endif
