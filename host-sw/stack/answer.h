/* Answers frames other than TCP: ARP requests, neighbour solicitations and echo requests. ICMP errors are only noted.
 * The team has one address per family. */
#ifndef TOESIM_HOST_STACK_ANSWER_H
#define TOESIM_HOST_STACK_ANSWER_H

#include "host-sw/stack/host_stack.h"
#include "host-sw/stack/neighbour.h"
#include "models/base/drop_reason.h"
#include "models/wire/icmp.h"

struct answer_request {
    const uint8_t *frame;
    uint32_t bytes;
    unsigned port;       /* the port through which the answer is sent */
    const uint8_t *ipv4; /* the team's address, as ::ffff:a.b.c.d */
    const uint8_t *ipv6;
};

enum answer_kind {
    ANSWER_NONE,       /* the frame is dropped, for the given reason */
    ANSWER_ARP,        /* an ARP reply was sent */
    ANSWER_NEIGHBOUR,  /* a neighbour advertisement was sent */
    ANSWER_ECHO,       /* an echo reply was sent */
    ANSWER_ECHO_REPLY, /* the frame is an echo reply that nobody waits for */
    ANSWER_LEARNED,    /* the frame tells the address of a neighbour */
    ANSWER_ERROR,      /* the frame is an ICMP error */
};

struct answer_result {
    enum answer_kind kind;
    enum drop_reason reason;
    enum icmp_kind error; /* valid in ANSWER_ERROR, like the members up to mtu */
    bool has_key;         /* the error quotes a TCP segment, whose tuple is key */
    struct flow_key key;
    bool has_seq; /* the quotation has a sequence number, which is seq */
    uint32_t seq;
    uint8_t notice;     /* enum nic_notice */
    bool is_hard;       /* a hard error of RFC 9293 3.9.2.2 */
    uint32_t mtu;       /* valid if error is ICMP_TOO_BIG */
    bool has_neighbour; /* the frame tells the address of a neighbour */
    struct neighbour_key neighbour;
    uint8_t neighbour_mac[6];
};

/* Answers or notes a frame other than TCP. The frame must not be malformed or a fragment. */
void answer_frame(struct host_stack *stack, const struct answer_request *request,
                  struct answer_result *result);

/* Asks for the MAC address of key with an ARP request or a neighbour solicitation through from->port. Only the port and
 * the addresses in `from` are used. Returns false if no buffer is free. */
bool answer_ask(struct host_stack *stack, const struct answer_request *from,
                const struct neighbour_key *key);

#endif
