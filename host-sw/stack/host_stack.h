/* Sends frames of the host. These include the resets and TIME_WAIT ACKs in answer to segments that belong to no
 * connection. */
#ifndef TOESIM_HOST_STACK_HOST_STACK_H
#define TOESIM_HOST_STACK_HOST_STACK_H

#include "host-sw/driver/nic_driver.h"
#include "host-sw/stack/time_wait.h"
#include "models/tcp/tcp.h"
#include "models/wire/packet.h"

#include <stdbool.h>
#include <stdint.h>

struct host_stack {
    struct nic_bus bus;
    struct nic_driver *nics; /* NIC_COUNT of them */
    struct buffer_pool *pool;
    uint8_t mac[6];
    uint16_t ip_id;
    struct time_wait_table time_waits;
};

bool host_stack_init(struct host_stack *stack, struct nic_bus bus, struct nic_driver *nics,
                     struct buffer_pool *pool, const uint8_t mac[6], uint64_t time_wait_ps);
void host_stack_free(struct host_stack *stack);

/* Copies a frame into a buffer of its own and sends it through `port`. Returns false if no buffer is free. */
bool host_stack_send_frame(struct host_stack *stack, unsigned port, const uint8_t *frame,
                           uint32_t len);

/* Sends a frame of connection conn in the same way. The completion then belongs to a command of that connection. */
bool host_stack_send_of(struct host_stack *stack, unsigned port, uint32_t conn,
                        const uint8_t *frame, uint32_t len);

/* Answers packet with a segment without payload to its sender. Returns false if no buffer is free. */
bool host_stack_send_answer(struct host_stack *stack, unsigned port, const struct packet *packet,
                            const struct tcp_tx *tx);

/* Answers a segment that belongs to no connection with the reset that RFC 9293 3.10.7.1 requires, through `port`.
 * Returns false if the segment is a reset itself, or if no buffer is free. */
bool host_stack_send_reset(struct host_stack *stack, unsigned port, const struct packet *packet);

/* Answers a segment for a tuple in TIME_WAIT with an ACK. Returns false if no buffer is free. */
bool host_stack_send_time_wait_ack(struct host_stack *stack, unsigned port,
                                   const struct packet *packet, const struct time_wait *entry,
                                   uint64_t now_ps);

#endif
