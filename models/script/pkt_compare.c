#include "models/script/pkt_compare.h"

#include "models/script/pkt_play.h"

#include <stdio.h>
#include <string.h>

enum { PS_PER_US_I = 1000000 };

const char *pkt_policy_name(enum pkt_policy policy)
{
    static const char *const names[] = {"nic0", "alternate", "random", "flip"};
    return names[policy];
}

/* Everything that a move may delay, including the timers that were carried by the move, is
 * delayed by less than the slack. */
static bool times_agree(uint64_t plain_ps, uint64_t moved_ps)
{
    uint64_t slack = plain_ps * PKT_TIME_PERCENT / 100 + PKT_TIME_SLACK_PS;
    return moved_ps <= plain_ps + slack && plain_ps <= moved_ps + slack;
}

/* INSTALL tells the NIC the exact position that the application has read, whereas a doorbell is
 * rung only after each quarter of the ring. */
static bool windows_agree(uint32_t plain, uint32_t moved, uint32_t slack)
{
    return moved >= plain && moved - plain <= slack;
}

static bool same_segment(const struct pkt_sent *plain, const struct pkt_sent *moved, uint32_t slack,
                         unsigned i, char why[PKT_ERROR_MAX])
{
    int n = 0;
    if (strcmp(plain->text, moved->text) != 0)
        n = snprintf(why, PKT_ERROR_MAX, "segment %u is '%s' instead of '%s'", i + 1, moved->text,
                     plain->text);
    else if (!windows_agree(plain->win, moved->win, slack) || plain->tsecr != moved->tsecr)
        n = snprintf(why, PKT_ERROR_MAX,
                     "segment %u '%s' has win %u tsecr %u instead of win %u tsecr %u", i + 1,
                     moved->text, moved->win, moved->tsecr, plain->win, plain->tsecr);
    else if (!times_agree(plain->after_ps, moved->after_ps))
        n = snprintf(why, PKT_ERROR_MAX, "segment %u '%s' was sent after %llu us instead of %llu",
                     i + 1, moved->text, (unsigned long long)moved->after_ps / PS_PER_US_I,
                     (unsigned long long)plain->after_ps / PS_PER_US_I);
    return n == 0;
}

bool pkt_same(const struct pkt_result *plain, const struct pkt_result *moved,
              char why[PKT_ERROR_MAX])
{
    for (unsigned i = 0; i < plain->sent_count && i < moved->sent_count; i++)
        if (!same_segment(&plain->sent[i], &moved->sent[i], plain->window_slack, i, why))
            return false;
    if (plain->sent_count == moved->sent_count)
        return true;
    bool more = moved->sent_count > plain->sent_count;
    const struct pkt_result *longer = more ? moved : plain;
    unsigned at = more ? plain->sent_count : moved->sent_count;
    (void)snprintf(why, PKT_ERROR_MAX, "segment '%s' is %s", longer->sent[at].text,
                   more ? "one more" : "missing");
    return false;
}
