/* A table of the MAC addresses of neighbours (RFC 826, RFC 4861), for connections that the server opens. A request is
 * sent at most three times, one second apart, and an address is forgotten after 60 s. */
#ifndef TOESIM_HOST_STACK_NEIGHBOUR_H
#define TOESIM_HOST_STACK_NEIGHBOUR_H

#include <stdbool.h>
#include <stdint.h>

enum { NEIGHBOURS_MAX = 256, NEIGHBOUR_TRIES = 3 };

struct neighbour_key {
    uint8_t addr[16]; /* IPv4 as ::ffff:a.b.c.d */
    uint16_t vlan;
    uint8_t ip_version;
    uint8_t reserved; /* 0 */
};

struct neighbour {
    struct neighbour_key key;
    bool used, known;
    uint8_t mac[6];
    uint8_t tries;     /* requests sent while the address is not known */
    uint64_t since_ps; /* when the address became known, or when the last request was sent */
};

struct neighbour_table {
    struct neighbour entries[NEIGHBOURS_MAX];
    uint32_t asked;   /* number of entries that are used and not known */
    uint64_t next_ps; /* when the next request is to be repeated or given up, or TIME_NEVER */
};

enum neighbour_answer {
    NEIGHBOUR_KNOWN, /* *mac is set */
    NEIGHBOUR_ASK,   /* the caller sends a request now; neighbour_expire() asks for repetitions */
    NEIGHBOUR_WAIT,  /* a request was already sent */
};

void neighbour_init(struct neighbour_table *table);

/* Looks key up. A new entry replaces an old one if the table is full. */
enum neighbour_answer neighbour_find(struct neighbour_table *table, const struct neighbour_key *key,
                                     uint64_t now_ps, uint8_t mac[6]);
/* Stores the address of a neighbour that has an entry (RFC 826). Returns true if a request for it was outstanding. */
bool neighbour_learn(struct neighbour_table *table, const struct neighbour_key *key,
                     const uint8_t mac[6], uint64_t now_ps);

/* Finds one entry whose request has timed out. The caller repeats the request; if *failed is set, the neighbour has not
 * answered and the entry was removed. Returns false if there is no such entry. */
bool neighbour_expire(struct neighbour_table *table, uint64_t now_ps, struct neighbour_key *key,
                      bool *failed);

#endif
