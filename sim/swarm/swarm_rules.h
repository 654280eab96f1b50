/* How the swarm draws the keys whose row in the scenario table does not say enough. */
#ifndef TOESIM_SIM_SWARM_RULES_H
#define TOESIM_SIM_SWARM_RULES_H

#include <stdbool.h>

enum { SWARM_WORDS_MAX = 12 };

/* A key of the scenario table with its values, or with the reason why it is not drawn. */
struct swarm_rule {
    const char *path;
    const char *why_not;                /* null: it is drawn */
    bool may_stall;                     /* these values may let a conversation stall */
    const char *words[SWARM_WORDS_MAX]; /* null-terminated; one of them is drawn */
};

/* The rule of this key; null: its row in the scenario table says enough, so it is drawn from that. */
const struct swarm_rule *swarm_rule_find(const char *path);

#endif
