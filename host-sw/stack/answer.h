/* What a host answers besides TCP: ARP, neighbour solicitations, echo requests; and the ICMP errors
 * it takes note of. For the team's one address per family, by the port the frame came in. */
#ifndef TOESIM_HOST_STACK_ANSWER_H
#define TOESIM_HOST_STACK_ANSWER_H

#include "host-sw/stack/host_stack.h"
#include "host-sw/stack/neighbour.h"
#include "models/base/drop_reason.h"
#include "models/wire/icmp.h"

struct answer_request {
    const uint8_t *frame;
    uint32_t bytes;
    unsigned port;       /* the answer leaves here */
    const uint8_t *ipv4; /* the team's, as ::ffff:a.b.c.d */
    const uint8_t *ipv6;
};

enum answer_kind {
    ANSWER_NONE,       /* a loss: reason says why */
    ANSWER_ARP,        /* sent */
    ANSWER_NEIGHBOUR,  /* sent */
    ANSWER_ECHO,       /* sent */
    ANSWER_ECHO_REPLY, /* noted: an answer to nobody here */
    ANSWER_LEARNED,    /* noted: a neighbour told its address */
    ANSWER_ERROR,      /* noted: unreachable, too big, time exceeded, parameter problem */
};

struct answer_result {
    enum answer_kind kind;
    enum drop_reason reason;
    enum icmp_kind error; /* ANSWER_ERROR */
    bool has_key;         /* it quotes a TCP segment of ours */
    struct flow_key key;
    bool has_seq; /* and its sequence number: */
    uint32_t seq;
    uint8_t notice;     /* enum nic_notice */
    bool is_hard;       /* RFC 9293 3.9.2.2 */
    uint32_t mtu;       /* ICMP_TOO_BIG */
    bool has_neighbour; /* it tells the address of a neighbour */
    struct neighbour_key neighbour;
    uint8_t neighbour_mac[6];
};

/* For a frame that is no TCP; it must not be malformed or a fragment. */
void answer_frame(struct host_stack *stack, const struct answer_request *request,
                  struct answer_result *result);

/* Asks who has key's address, by ARP or a neighbour solicitation, out of from->port; only port and
 * addresses of `from` matter. False: no buffer is free. */
bool answer_ask(struct host_stack *stack, const struct answer_request *from,
                const struct neighbour_key *key);

#endif
