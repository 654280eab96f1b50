/* What an unknown word may have been meant to be: the nearest known one by edits of letters. */
#ifndef TOESIM_SIM_SPELLING_H
#define TOESIM_SIM_SPELLING_H

enum { SPELLING_MAX = 96 };

struct spelling {
    const char *wrong; /* kept, not copied */
    char best[SPELLING_MAX], same_end[SPELLING_MAX];
    unsigned distance;
};

/* wrong: the unknown word, a path of steps joined by '.'. */
void spelling_init(struct spelling *spelling, const char *wrong);
/* One known word; copied when it is nearer than all before. */
void spelling_offer(struct spelling *spelling, const char *known);
/* The nearest in spelling; else the first with the same last step; null: none is like it. */
const char *spelling_nearest(const struct spelling *spelling);

#endif
