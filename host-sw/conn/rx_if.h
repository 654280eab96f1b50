/* The entry in host memory that names the NIC which received the latest frame of a connection (I-RXIF). */
#ifndef TOESIM_HOST_CONN_RX_IF_H
#define TOESIM_HOST_CONN_RX_IF_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct host_sw;
struct dir_entry;

/* Stores the receiving NIC in the connection's entry, before the frame is acted on. A frame that is older by MAC time
 * than the frame in the entry does not change it, so the entry never goes back in time. */
void rx_if_store(struct host_sw *sw, struct dir_entry *entry, unsigned nic, uint64_t mac_time_ps,
                 uint64_t frame_id);

/* Clears the entry of a new connection that the server opens, of which no frame was received yet. */
void rx_if_clear(struct host_sw *sw, struct dir_entry *entry);

/* Returns the address in host memory of the entry whose byte 0 is the receiving NIC's identifier of conn. */
uint64_t host_sw_conn_entry_address(const struct host_sw *sw, uint32_t conn);

#ifdef __cplusplus
}
#endif

#endif
