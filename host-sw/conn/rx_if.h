/* The entry in host memory that names the NIC which received the latest frame of a connection (I-RXIF). */
#ifndef TOESIM_HOST_CONN_RX_IF_H
#define TOESIM_HOST_CONN_RX_IF_H

#include <assert.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct host_sw;
struct dir_entry;

enum {
    TEAM_ENTRY_BYTES = 64,  /* size of the entry of a connection in host memory */
    TEAM_RX_IF_NONE = 0xff, /* rx_if of a connection of which no frame was received yet */
};

/* The entry of each connection in host memory, which observers outside the program read (I-RXIF). */
struct team_conn_entry {
    uint8_t rx_if; /* the NIC that received the latest frame by MAC time, or TEAM_RX_IF_NONE */
    uint8_t owner; /* owner and gen are those of the time when that frame was stored */
    uint16_t gen;
    uint32_t conn;
    uint64_t mac_time_ps; /* when the MAC received that frame */
    uint64_t frame_id;
    uint8_t reserved[40];
};
static_assert(sizeof(struct team_conn_entry) == TEAM_ENTRY_BYTES, "connection entry layout");

/* Stores the receiving NIC in the connection's entry, before the frame is acted on. A frame that is older by MAC time
 * than the frame in the entry does not change it, so the entry never goes back in time. */
void rx_if_store(struct host_sw *sw, struct dir_entry *entry, unsigned nic, uint64_t mac_time_ps,
                 uint64_t frame_id);

/* Clears the entry of a new connection that the server opens, of which no frame was received yet. */
void rx_if_clear(struct host_sw *sw, struct dir_entry *entry);

/* Returns the address in host memory of the entry whose byte 0 is the receiving NIC's identifier of conn. */
uint64_t rx_if_address(const struct host_sw *sw, uint32_t conn);

#ifdef __cplusplus
}
#endif

#endif
