#include "models/wire/ip_reassembly.h"

#include "models/wire/bytes.h"
#include "models/wire/checksum.h"
#include "models/wire/ip_fragment.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { ECN_NOT_ECT = 0, ECN_CE = 3, IPV4_CHECKSUM_AT = 10 };

struct range {
    uint32_t start, end;
};

/* A datagram with its fragments, which are in order of their offsets and do not overlap. */
struct datagram {
    struct ip_fragment_key key;
    bool used;
    bool spoilt; /* until its time is over: later fragments belong to it */
    bool has_first, has_end;
    uint8_t protocol;
    bool any_ce, any_not_ect;
    uint64_t since;
    uint32_t end; /* payload bytes of the complete datagram */
    uint32_t count, bytes;
    struct range ranges[IP_FRAGMENTS_MAX];
    uint32_t ip_offset, next_at, header_len;
    uint8_t header[IP_FRAGMENT_HEADER_MAX];
    uint8_t *payload; /* bytes_max; made at the first use of the slot */
};

struct ip_reassembly {
    struct ip_reassembly_params params;
    struct ip_reassembly_stats stats;
    uint32_t used;
    uint32_t complete; /* slot of the datagram to take */
    struct datagram slots[];
};

struct ip_reassembly *ip_reassembly_create(const struct ip_reassembly_params *params)
{
    assert(params->datagrams_max > 0 && params->bytes_max <= IP_DATAGRAM_BYTES_MAX);
    struct ip_reassembly *r =
        calloc(1, sizeof *r + params->datagrams_max * sizeof(struct datagram));
    if (!r)
        return NULL;
    r->params = *params;
    r->complete = UINT32_MAX;
    return r;
}

void ip_reassembly_destroy(struct ip_reassembly *r)
{
    if (!r)
        return;
    for (uint32_t i = 0; i < r->params.datagrams_max; i++)
        free(r->slots[i].payload);
    free(r);
}

static void forget(struct ip_reassembly *r, struct datagram *d)
{
    uint8_t *payload = d->payload;
    assert(d->used);
    *d = (struct datagram){.payload = payload};
    r->used--;
}

void ip_reassembly_expire(struct ip_reassembly *r, uint64_t now)
{
    for (uint32_t i = 0; r->used > 0 && i < r->params.datagrams_max; i++) {
        struct datagram *d = &r->slots[i];
        if (!d->used || now - d->since < r->params.timeout)
            continue;
        r->stats.timeouts += !d->spoilt;
        forget(r, d);
    }
}

uint64_t ip_reassembly_next(const struct ip_reassembly *r)
{
    uint64_t next = UINT64_MAX;
    for (uint32_t i = 0; r->used > 0 && i < r->params.datagrams_max; i++)
        if (r->slots[i].used && r->slots[i].since + r->params.timeout < next)
            next = r->slots[i].since + r->params.timeout;
    return next;
}

/* Returns the datagram of a fragment, or a new one. If all slots are used, the oldest datagram is evicted, so that a few
 * lost fragments do not block all others for the full timeout. Returns null if memory is short. */
static struct datagram *find(struct ip_reassembly *r, const struct ip_fragment *f, uint64_t now)
{
    struct datagram *empty = NULL, *oldest = &r->slots[0];
    for (uint32_t i = 0; i < r->params.datagrams_max; i++) {
        struct datagram *d = &r->slots[i];
        if (d->used && memcmp(&d->key, &f->key, sizeof d->key) == 0)
            return d;
        if (!d->used && !empty)
            empty = d;
        if (d->since < oldest->since)
            oldest = d;
    }
    if (!empty) {
        r->stats.evicted += !oldest->spoilt;
        forget(r, oldest);
        empty = oldest;
    }
    if (!empty->payload && !(empty->payload = malloc(r->params.bytes_max)))
        return NULL;
    *empty =
        (struct datagram){.key = f->key, .used = true, .since = now, .payload = empty->payload};
    r->used++;
    return empty;
}

enum place { PLACE_NEW, PLACE_COPY, PLACE_OVERLAP };

/* Finds the place of the fragment in the list and sets *at for PLACE_NEW. */
static enum place place_of(const struct datagram *d, uint32_t start, uint32_t end, uint32_t *at)
{
    uint32_t i = 0;
    while (i < d->count && d->ranges[i].end <= start)
        i++;
    *at = i;
    if (i == d->count || end <= d->ranges[i].start)
        return PLACE_NEW;
    return d->ranges[i].start == start && d->ranges[i].end == end ? PLACE_COPY : PLACE_OVERLAP;
}

/* Returns true if the fragment contradicts the known end of the datagram. */
static bool contradicts(const struct datagram *d, const struct ip_fragment *f)
{
    uint32_t end = f->offset + f->payload_len;
    if (d->has_end)
        return f->more ? end >= d->end : end != d->end;
    return !f->more && d->count > 0 && d->ranges[d->count - 1].end > end;
}

static void store(struct datagram *d, const struct ip_fragment *f, const uint8_t *frame,
                  uint32_t at)
{
    memmove(&d->ranges[at + 1], &d->ranges[at], (d->count - at) * sizeof d->ranges[0]);
    d->ranges[at] = (struct range){f->offset, f->offset + f->payload_len};
    d->count++;
    d->bytes += f->payload_len;
    memcpy(d->payload + f->offset, frame + f->payload_at, f->payload_len);
    d->any_ce |= f->ecn == ECN_CE;
    d->any_not_ect |= f->ecn == ECN_NOT_ECT;
    if (!f->more) {
        d->has_end = true;
        d->end = f->offset + f->payload_len;
    }
    if (f->offset != 0)
        return;
    d->has_first = true;
    d->protocol = f->protocol;
    d->ip_offset = f->ip_offset;
    d->next_at = f->next_at;
    d->header_len = f->header_len;
    memcpy(d->header, frame, f->header_len);
}

static enum ip_reassembly_verdict spoil(struct datagram *d)
{
    d->spoilt = true;
    return IP_REASSEMBLY_OVERLAP;
}

static enum ip_reassembly_verdict add(struct ip_reassembly *r, const uint8_t *frame, uint32_t len,
                                      const struct packet *packet, uint64_t now)
{
    struct ip_fragment f;
    uint32_t at;
    assert(packet->kind == PACKET_FRAGMENT);
    if (!ip_fragment_parse(frame, len, packet, &f) || f.header_len > IP_FRAGMENT_HEADER_MAX ||
        f.offset + f.payload_len > IP_DATAGRAM_BYTES_MAX)
        return IP_REASSEMBLY_MALFORMED;
    ip_reassembly_expire(r, now);
    struct datagram *d = find(r, &f, now);
    if (!d)
        return IP_REASSEMBLY_FULL;
    if (d->spoilt)
        return IP_REASSEMBLY_OVERLAP;
    enum place place = place_of(d, f.offset, f.offset + f.payload_len, &at);
    if (place == PLACE_COPY &&
        memcmp(d->payload + f.offset, frame + f.payload_at, f.payload_len) == 0)
        return IP_REASSEMBLY_COPY;
    if (place != PLACE_NEW || contradicts(d, &f))
        return spoil(d);
    if (d->count == IP_FRAGMENTS_MAX || f.offset + f.payload_len > r->params.bytes_max) {
        d->spoilt = true;
        return IP_REASSEMBLY_FULL;
    }
    store(d, &f, frame, at);
    if (!d->has_first || !d->has_end || d->bytes != d->end)
        return IP_REASSEMBLY_HELD;
    /* RFC 3168 5.3: a fragment is marked CE although another one is Not-ECT, so its sender does not support ECN. */
    if (d->any_ce && d->any_not_ect)
        return spoil(d);
    r->complete = (uint32_t)(d - r->slots);
    return IP_REASSEMBLY_COMPLETE;
}

enum ip_reassembly_verdict ip_reassembly_add(struct ip_reassembly *r, const uint8_t *frame,
                                             uint32_t len, const struct packet *packet,
                                             uint64_t now)
{
    enum ip_reassembly_verdict verdict = add(r, frame, len, packet, now);
    struct ip_reassembly_stats *stats = &r->stats;
    stats->fragments++;
    stats->copies += verdict == IP_REASSEMBLY_COPY;
    stats->malformed += verdict == IP_REASSEMBLY_MALFORMED;
    stats->overlaps += verdict == IP_REASSEMBLY_OVERLAP;
    stats->full += verdict == IP_REASSEMBLY_FULL;
    stats->reassembled += verdict == IP_REASSEMBLY_COMPLETE;
    return verdict;
}

/* Writes the header that the datagram had before fragmentation. */
static void finish_header(const struct datagram *d, uint8_t *frame, uint32_t len)
{
    uint8_t *ip = frame + d->ip_offset;
    if (d->key.ip_version == 6) {
        be16_store(ip + 4, (uint16_t)(len - d->ip_offset - 40));
        frame[d->next_at] = d->protocol;
        if (d->any_ce)
            ip[1] |= ECN_CE << 4;
        return;
    }
    be16_store(ip + 2, (uint16_t)(len - d->ip_offset));
    be16_store(ip + 6, 0);
    if (d->any_ce)
        ip[1] |= ECN_CE;
    be16_store(ip + IPV4_CHECKSUM_AT, 0);
    be16_store(ip + IPV4_CHECKSUM_AT,
               checksum_finish(checksum_add(0, ip, d->header_len - d->ip_offset)));
}

uint32_t ip_reassembly_pieces(const struct ip_reassembly *r)
{
    assert(r->complete < r->params.datagrams_max);
    return r->slots[r->complete].count;
}

uint32_t ip_reassembly_take(struct ip_reassembly *r, uint8_t *frame, uint32_t size)
{
    assert(r->complete < r->params.datagrams_max);
    struct datagram *d = &r->slots[r->complete];
    uint32_t len = d->header_len + d->end;
    bool fits = len <= size && len - d->ip_offset <= IP_DATAGRAM_BYTES_MAX;
    if (fits) {
        memcpy(frame, d->header, d->header_len);
        memcpy(frame + d->header_len, d->payload, d->end);
        finish_header(d, frame, len);
    }
    forget(r, d);
    r->complete = UINT32_MAX;
    return fits ? len : 0;
}

uint8_t ip_fragment_protocol(const uint8_t *frame, uint32_t len, const struct packet *packet)
{
    struct ip_fragment fragment;
    return ip_fragment_parse(frame, len, packet, &fragment) ? fragment.protocol : 0;
}

const struct ip_reassembly_stats *ip_reassembly_get_stats(const struct ip_reassembly *r)
{
    return &r->stats;
}
