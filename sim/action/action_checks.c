#include "sim/action/action_checks.h"

const char *action_check_plain(unsigned given)
{
    if (given & ACTION_KEYS_OF_LINE)
        return "has a key that only drop, corrupt, truncate, duplicate, reorder and delay take";
    if (given & ACTION_KEYS_OF_CACHE)
        return "has `array`, `line` or `bit`, which only ctx_error takes; leave it out";
    return NULL;
}

const char *action_check_nic(const struct sim_action *action, unsigned given)
{
    (void)action;
    const char *why = action_check_plain(given);
    if (why)
        return why;
    if (!(given & ACTION_KEY_NIC))
        return "has no `nic`; write 0 or 1";
    if (given & ACTION_KEY_CONNECTION)
        return "has `connection`, which only ctx_error, onload and offload take; leave it out";
    return NULL;
}
