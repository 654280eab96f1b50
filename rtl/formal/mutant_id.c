/* The mutant under test comes from the environment, so that one build serves all. */
#include <stdlib.h>

int ctx_mutant_id(void);

int ctx_mutant_id(void)
{
    const char *text = getenv("CTX_MUTANT");
    return text ? atoi(text) : 0;
}
