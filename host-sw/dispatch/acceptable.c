#include "host-sw/dispatch/acceptable.h"

#include "host-sw/conn/directory.h"
#include "models/wire/tcp_hdr.h"

#include <assert.h>

/* At least one of its numbers is in the window, or it has none and stands at the window's edge or in it. */
static bool is_in_window(const struct dir_entry *entry, uint32_t ring_bytes,
                         const struct tcp_segment *seg)
{
    uint32_t numbers = seg->payload_len + ((seg->flags & (TCP_SYN | TCP_FIN)) != 0);
    uint32_t window = entry->rx_consumed + ring_bytes - entry->rcv_nxt;
    int32_t from = (int32_t)(seg->seq - entry->rcv_nxt);
    assert((int32_t)window >= 0);
    if (numbers == 0)
        return from >= 0 && from <= (int32_t)window;
    return from + (int32_t)numbers > 0 && from < (int32_t)window;
}

/* Every acknowledgment of what may have been sent, with a FIN behind it, and old ones within a ring. */
static bool acknowledges_what_was_sent(const struct dir_entry *entry, uint32_t ring_bytes,
                                       const struct tcp_segment *seg)
{
    int32_t ahead = (int32_t)(seg->ack - entry->snd_una);
    int32_t sent = (int32_t)(entry->tx_prod - entry->snd_una) + entry->fin_wanted;
    return ahead >= -(int32_t)ring_bytes && ahead <= sent;
}

bool segment_is_acceptable(const struct dir_entry *entry, uint32_t ring_bytes,
                           const struct tcp_segment *seg)
{
    if (!entry->synchronised || !entry->established)
        return true;
    if ((seg->flags & TCP_ACK) && !acknowledges_what_was_sent(entry, ring_bytes, seg))
        return false;
    return is_in_window(entry, ring_bytes, seg);
}
