#include "models/script/pkt_play.h"

#include <stdio.h>
#include <string.h>

const char *pkt_policy_name(enum pkt_policy policy)
{
    static const char *const names[] = {"nic0", "alternate", "random", "flip"};
    return names[policy];
}

bool pkt_same(const struct pkt_result *plain, const struct pkt_result *moved,
              char why[PKT_ERROR_MAX])
{
    unsigned extra = 0, at = 0;
    for (unsigned i = 0; i < moved->sent_count; i++) {
        if (at < plain->sent_count && strcmp(plain->sent[at], moved->sent[i]) == 0) {
            at++;
        } else if (!moved->is_pure_ack[i] || ++extra > moved->moves) {
            (void)snprintf(why, PKT_ERROR_MAX, "segment %u is '%s' instead of '%s'", i + 1,
                           moved->sent[i], at < plain->sent_count ? plain->sent[at] : "nothing");
            return false;
        }
    }
    if (at == plain->sent_count)
        return true;
    (void)snprintf(why, PKT_ERROR_MAX, "segment '%s' is missing", plain->sent[at]);
    return false;
}
