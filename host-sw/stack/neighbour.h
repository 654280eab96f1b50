/* Neighbours on the link: which MAC address an IP address has (RFC 826, RFC 4861), for connections
 * that the server opens. Asked for at most three times, one second apart; forgotten after 60 s. */
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
    uint8_t tries;     /* requests sent, while unknown */
    uint64_t since_ps; /* known: since then; else: last request */
};

struct neighbour_table {
    struct neighbour entries[NEIGHBOURS_MAX];
    uint32_t asked; /* entries that are used and not known */
};

enum neighbour_answer {
    NEIGHBOUR_KNOWN, /* *mac is set */
    NEIGHBOUR_ASK,   /* a request is to be sent now; the rest follows from neighbour_next() */
    NEIGHBOUR_WAIT,  /* one is under way */
};

void neighbour_init(struct neighbour_table *table);

/* Looks key up. The table is full: the entry that is oldest gives way. */
enum neighbour_answer neighbour_find(struct neighbour_table *table, const struct neighbour_key *key,
                                     uint64_t now_ps, uint8_t mac[6]);
/* The neighbour told its address. True: somebody had asked. Nobody asked: only an entry that is
 * there is brought up to date (RFC 826). */
bool neighbour_learn(struct neighbour_table *table, const struct neighbour_key *key,
                     const uint8_t mac[6], uint64_t now_ps);

/* When a request is to be repeated or given up; TIME_NEVER. */
uint64_t neighbour_next_ps(const struct neighbour_table *table);
/* One entry whose time has come: to be asked again, or (failed) it does not answer and is forgotten.
 * False: none. */
bool neighbour_expire(struct neighbour_table *table, uint64_t now_ps, struct neighbour_key *key,
                      bool *failed);

#endif
