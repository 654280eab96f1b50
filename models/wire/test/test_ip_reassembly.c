/* Tests models/wire/ip_reassembly.c with the fragments that models/trace/replay/fragmenter.c makes. */
#include "models/base/rng.h"
#include "models/trace/replay/fragmenter.h"
#include "models/wire/bytes.h"
#include "models/wire/ip_reassembly.h"

#include <criterion/criterion.h>
#include <string.h>

enum { PAYLOAD = 3000, MTU = 600, TIMEOUT = 1000, PIECES_MAX = 80, DATAGRAMS = 4 };

static struct ip_reassembly *r;
static struct frame_pool *pool;
static struct fragmenter fragmenter;
static struct frame *pieces[PIECES_MAX];
static uint32_t count;
static uint8_t original[FRAME_BYTES_MAX], result[FRAME_BYTES_MAX];
static uint32_t original_len;

static void keep(void *self, struct frame *frame, uint64_t now_ps)
{
    (void)self, (void)now_ps;
    cr_assert_lt(count, PIECES_MAX);
    pieces[count++] = frame;
}

static void setup(void)
{
    struct ip_reassembly_params params = {
        .datagrams_max = DATAGRAMS, .bytes_max = 8000, .timeout = TIMEOUT};
    r = ip_reassembly_create(&params);
    pool = frame_pool_create(PIECES_MAX + 1);
    count = 0;
}

static void drop_pieces(void)
{
    for (uint32_t i = 0; i < count; i++)
        frame_free(pool, pieces[i]);
    count = 0;
}

static void teardown(void)
{
    ip_reassembly_destroy(r);
    drop_pieces();
    frame_pool_destroy(pool);
}

TestSuite(ip_reassembly, .init = setup, .fini = teardown);

/* Makes a TCP segment with this many bytes of payload, and cuts it into fragments of at most `mtu` bytes. */
static void cut(uint8_t ip_version, uint32_t payload, uint32_t mtu)
{
    struct packet_out out = {.ip_version = ip_version,
                             .vlan = VLAN_TAGGED | 5,
                             .ttl = 64,
                             .sport = 1,
                             .dport = 2,
                             .flags = TCP_ACK,
                             .src = {[10] = 0xff, [11] = 0xff, [15] = 7},
                             .dst = {[10] = 0xff, [11] = 0xff, [15] = 9}};
    struct frame *frame = frame_alloc(pool, 0);
    uint32_t headers = packet_header_bytes(&out);
    for (uint32_t i = 0; i < payload; i++)
        frame->data[headers + i] = (uint8_t)(i * 7 + (i >> 8));
    frame->len = original_len = packet_build(frame->data, &out, payload);
    memcpy(original, frame->data, frame->len);
    struct frame_sink sink = {.accept = keep};
    if (fragmenter.mtu != mtu || !fragmenter.pool)
        fragmenter_init(&fragmenter, mtu, pool, sink);
    fragmenter.pool = pool;
    struct frame_sink in = fragmenter_sink(&fragmenter);
    frame_sink_accept(&in, frame, 0);
}

static enum ip_reassembly_verdict add_at(uint32_t piece, uint64_t now)
{
    struct packet packet;
    packet_parse(pieces[piece]->data, pieces[piece]->len, true, &packet);
    cr_assert_eq(packet.kind, PACKET_FRAGMENT);
    cr_assert(packet.ip_checksum_ok);
    return ip_reassembly_add(r, pieces[piece]->data, pieces[piece]->len, &packet, now);
}

static void expect_complete(void)
{
    struct packet packet;
    uint32_t len = ip_reassembly_take(r, result, sizeof result);
    cr_assert_eq(len, original_len);
    packet_parse(result, len, true, &packet);
    cr_assert_eq(packet.kind, PACKET_TCP);
    cr_assert(packet.ip_checksum_ok && packet.tcp_checksum_ok);
    uint32_t tcp = packet.tcp_offset;
    cr_assert_eq(memcmp(result + tcp, original + tcp, len - tcp), 0);
    cr_assert_eq(memcmp(result, original, packet.ip_offset), 0);
}

Test(ip_reassembly, fragments_in_any_order_make_the_segment)
{
    for (uint8_t version = 4; version <= 6; version = (uint8_t)(version + 2)) {
        cut(version, PAYLOAD, MTU);
        cr_assert_eq(count, 6);
        static const uint32_t order[] = {3, 0, 5, 1, 4};
        for (unsigned i = 0; i < 5; i++)
            cr_assert_eq(add_at(order[i], i), IP_REASSEMBLY_HELD);
        cr_assert_eq(add_at(2, 9), IP_REASSEMBLY_COMPLETE);
        expect_complete();
        cr_assert_eq(ip_reassembly_next(r), UINT64_MAX, "nothing waits");
        drop_pieces();
    }
    cr_assert_eq(ip_reassembly_get_stats(r)->reassembled, 2);
    cr_assert_eq(ip_reassembly_get_stats(r)->fragments, 12);
}

Test(ip_reassembly, what_fits_passes_the_narrow_path_unchanged)
{
    cut(4, 100, MTU);
    cr_assert_eq(count, 1);
    cr_assert_eq(memcmp(pieces[0]->data, original, original_len), 0);
}

Test(ip_reassembly, copies_are_ignored)
{
    cut(4, 1000, MTU);
    cr_assert_eq(add_at(0, 0), IP_REASSEMBLY_HELD);
    cr_assert_eq(add_at(0, 1), IP_REASSEMBLY_COPY);
    cr_assert_eq(add_at(1, 2), IP_REASSEMBLY_COMPLETE);
    expect_complete();
    cr_assert_eq(ip_reassembly_get_stats(r)->copies, 1);
}

/* RFC 5722 requires this for IPv6, and we do the same for IPv4. */
Test(ip_reassembly, an_overlap_spoils_the_datagram_until_its_time_is_over)
{
    cut(4, 1000, MTU);
    cr_assert_eq(add_at(0, 0), IP_REASSEMBLY_HELD);
    pieces[0]->data[200] ^= 1; /* other bytes at the same place */
    cr_assert_eq(add_at(0, 1), IP_REASSEMBLY_OVERLAP);
    cr_assert_eq(add_at(1, 2), IP_REASSEMBLY_OVERLAP, "comes to a spoilt datagram");
    cr_assert_eq(add_at(1, TIMEOUT), IP_REASSEMBLY_HELD, "begins a new one");
    cr_assert_eq(ip_reassembly_get_stats(r)->timeouts, 0, "a spoilt one is no timeout");
}

Test(ip_reassembly, ends_that_contradict_spoil_it)
{
    cut(4, 1000, MTU);
    uint8_t *ip = pieces[0]->data + 18;
    cr_assert_eq(add_at(1, 0), IP_REASSEMBLY_HELD);
    be16_store(ip + 6, 0x2000 | 1000 / 8); /* the fragment is after the known end */
    struct packet packet;
    packet_parse(pieces[0]->data, pieces[0]->len, false, &packet);
    cr_assert_eq(ip_reassembly_add(r, pieces[0]->data, pieces[0]->len, &packet, 1),
                 IP_REASSEMBLY_OVERLAP);
}

Test(ip_reassembly, a_datagram_that_stays_incomplete_is_given_up)
{
    cut(4, 1000, MTU);
    add_at(0, 50);
    cr_assert_eq(ip_reassembly_next(r), 50 + TIMEOUT);
    ip_reassembly_expire(r, 49 + TIMEOUT);
    cr_assert_eq(ip_reassembly_get_stats(r)->timeouts, 0);
    ip_reassembly_expire(r, 50 + TIMEOUT);
    cr_assert_eq(ip_reassembly_get_stats(r)->timeouts, 1);
    cr_assert_eq(add_at(1, 60 + TIMEOUT), IP_REASSEMBLY_HELD);
}

Test(ip_reassembly, memory_is_bounded_in_datagrams_bytes_and_fragments)
{
    for (unsigned i = 0; i < DATAGRAMS; i++) {
        cut(4, 1000, MTU);
        cr_assert_eq(add_at(2 * i, 0), IP_REASSEMBLY_HELD);
    }
    cut(4, 1000, MTU);
    cr_assert_eq(add_at(2 * DATAGRAMS, 9), IP_REASSEMBLY_HELD, "the oldest gives way");
    cr_assert_eq(ip_reassembly_get_stats(r)->evicted, 1);
    cr_assert_eq(add_at(1, 9), IP_REASSEMBLY_HELD, "its other half begins anew");
    ip_reassembly_expire(r, 9 + TIMEOUT);
    cr_assert_eq(ip_reassembly_next(r), UINT64_MAX);
    drop_pieces();
    cut(4, 8500, 4000);
    cr_assert_eq(add_at(2, 9 + TIMEOUT), IP_REASSEMBLY_FULL, "more bytes than a datagram may have");
    ip_reassembly_expire(r, 9 + 2 * TIMEOUT);
    drop_pieces();
    cut(4, 3400, 68);
    uint32_t full = 0;
    for (uint32_t i = 0; i < count; i++)
        full += add_at(i, 9 + 2 * TIMEOUT) == IP_REASSEMBLY_FULL;
    cr_assert_eq(count, 72);
    cr_assert_eq(full, 1, "the 65th; later ones come to a spoilt datagram");
}

Test(ip_reassembly, fragments_that_cannot_be_are_malformed)
{
    cut(4, 1000, MTU);
    struct packet packet;
    uint8_t *ip = pieces[0]->data + 18;
    be16_store(ip + 2, (uint16_t)(be16_load(ip + 2) - 3)); /* no multiple of 8, though not last */
    packet_parse(pieces[0]->data, pieces[0]->len, false, &packet);
    cr_assert_eq(ip_reassembly_add(r, pieces[0]->data, pieces[0]->len, &packet, 0),
                 IP_REASSEMBLY_MALFORMED);
    ip = pieces[1]->data + 18;
    be16_store(ip + 6, 0x1fff); /* the end is past 65,535 */
    packet_parse(pieces[1]->data, pieces[1]->len, false, &packet);
    cr_assert_eq(ip_reassembly_add(r, pieces[1]->data, pieces[1]->len, &packet, 0),
                 IP_REASSEMBLY_MALFORMED);
    cr_assert_eq(ip_reassembly_get_stats(r)->malformed, 2);
}

/* RFC 3168 5.3 says how the ECN bits of the fragments give those of the datagram. */
Test(ip_reassembly, a_mark_on_one_fragment_marks_the_datagram_if_all_understand_it)
{
    struct packet packet;
    cut(4, 1000, MTU);
    pieces[0]->data[18 + 1] |= 2;
    pieces[1]->data[18 + 1] |= 3;
    for (unsigned i = 0; i < 2; i++) {
        packet_parse(pieces[i]->data, pieces[i]->len, false, &packet);
        ip_reassembly_add(r, pieces[i]->data, pieces[i]->len, &packet, 0);
    }
    uint32_t len = ip_reassembly_take(r, result, sizeof result);
    packet_parse(result, len, true, &packet);
    cr_assert(packet.ip_checksum_ok);
    cr_assert_eq(packet.tos & 3, 3);
    pieces[0]->data[18 + 1] &= (uint8_t)~3;
    for (unsigned i = 0; i < 2; i++) {
        packet_parse(pieces[i]->data, pieces[i]->len, false, &packet);
        cr_assert_eq(ip_reassembly_add(r, pieces[i]->data, pieces[i]->len, &packet, 0),
                     i ? IP_REASSEMBLY_OVERLAP : IP_REASSEMBLY_HELD);
    }
}

Test(ip_reassembly, a_frame_that_does_not_fit_is_forgotten)
{
    cut(4, 1000, MTU);
    add_at(0, 0);
    cr_assert_eq(add_at(1, 0), IP_REASSEMBLY_COMPLETE);
    cr_assert_eq(ip_reassembly_take(r, result, 500), 0);
    cr_assert_eq(ip_reassembly_next(r), UINT64_MAX);
}

/* Damaged fragments must not crash the code, and no complete datagram may be parsed as a fragment. */
Test(ip_reassembly, damaged_fragments_do_no_harm)
{
    struct rng rng;
    rng_init(&rng, 1, "fragments");
    uint64_t datagrams = 0;
    for (uint64_t round = 0; round < 3000; round++) {
        cut(rng_below(&rng, 2) ? 4 : 6, (uint32_t)(601 + rng_below(&rng, 2000)), MTU);
        for (uint32_t n = 0; n < 2 * count; n++) {
            struct frame *piece = pieces[rng_below(&rng, count)];
            struct packet packet;
            if (rng_below(&rng, 3) == 0)
                piece->data[14 + rng_below(&rng, 60)] ^= (uint8_t)(1u << rng_below(&rng, 8));
            packet_parse(piece->data, piece->len, false, &packet);
            if (packet.kind != PACKET_FRAGMENT ||
                ip_reassembly_add(r, piece->data, piece->len, &packet, round * 10) !=
                    IP_REASSEMBLY_COMPLETE)
                continue;
            datagrams++;
            uint32_t len = ip_reassembly_take(r, result, sizeof result);
            packet_parse(result, len, true, &packet);
            cr_assert_neq(packet.kind, PACKET_FRAGMENT);
        }
        drop_pieces();
    }
    cr_assert_gt(datagrams, 300);
}
