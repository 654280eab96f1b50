#include "host-sw/dispatch/acceptable.h"

#include "host-sw/conn/directory.h"
#include "models/wire/tcp_hdr.h"

#include <assert.h>

/* Returns true if at least one sequence number of the segment is in the receive window. A segment without sequence
 * numbers may also stand at the right edge. */
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

/* Returns true if the segment acknowledges bytes that the owner may have sent, or the FIN behind them. Acknowledgments
 * that are old by at most the size of a ring are accepted too. */
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
