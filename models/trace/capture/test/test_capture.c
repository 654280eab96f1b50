/* Tests the conversations that are found in a capture. */
#include "models/base/units.h"
#include "models/hwif/ctx_enums.h"
#include "models/trace/capture/capture.h"
#include "models/trace/capture/capture_access.h"
#include "models/trace/test/capture_bytes.h"
#include "models/trace/test/capture_writer.h"
#include "models/wire/packet.h"

#include <criterion/criterion.h>
#include <string.h>

enum { ACK = TCP_ACK, PSH_ACK = TCP_PSH | TCP_ACK, FIN_ACK = TCP_FIN | TCP_ACK };
enum { C = 1001, S = 5001 }; /* the sequence number of the first byte of client and server */

static struct capture_writer w;
static struct capture *capture;

static void begin(void) { capture_writer_open(&w, false, false, 1); }

static void end(void)
{
    capture_destroy(capture);
    capture = NULL;
    capture_writer_remove(&w);
}

static const struct conversation *load(void)
{
    struct capture_params params;
    struct error err = {0};
    capture_params_default(&params);
    capture_writer_close(&w);
    capture = capture_load(w.path, &params, &err);
    cr_assert_not_null(capture, "%s", err.text);
    cr_assert_gt(capture_conversation_count(capture), 0);
    return capture_conversation(capture, 0);
}

static void client(uint32_t seq, uint32_t ack, uint16_t flags, const char *payload)
{
    capture_writer_tcp(&w, false, seq, ack, flags, payload, (uint32_t)strlen(payload));
}

static void server(uint32_t seq, uint32_t ack, uint16_t flags, const char *payload)
{
    capture_writer_tcp(&w, true, seq, ack, flags, payload, (uint32_t)strlen(payload));
}

TestSuite(capture, .init = begin, .fini = end);

Test(capture, orderly_conversation_is_complete_with_both_streams)
{
    capture_writer_handshake(&w);
    client(C, S, PSH_ACK, "abc");
    server(S, C + 3, PSH_ACK, "defgh");
    client(C + 3, S + 5, ACK, "");
    capture_writer_fins(&w, 3, 5);
    const struct conversation *conv = load();
    cr_assert_eq(conv->partial, PARTIAL_NONE);
    cr_assert(conv->replayable && !conv->reset && conv->server_fin);
    cr_assert_eq(conv->key.lport, 80);
    cr_assert_eq(conv->key.rport, 40000);
    cr_assert_eq(conv->client_isn, 1000);
    cr_assert_eq(conv->server_isn, 5000);
    cr_assert_eq(conv->client_bytes, 3);
    cr_assert_eq(conv->client_acked, 3);
    cr_assert_eq(conv->server_bytes, 5);
    cr_assert_eq(conv->server_acked, 5);
    cr_assert_eq(memcmp(capture_bytes(capture, conv, CAPTURE_CLIENT), "abc", 3), 0);
    cr_assert_eq(conv->segment_count, 6);
}

Test(capture, steps_wait_for_what_their_segment_acknowledged)
{
    capture_writer_handshake(&w);
    server(S, C, PSH_ACK, "220 hello");
    client(C, S + 9, PSH_ACK, "HELO");
    server(S + 9, C + 4, PSH_ACK, "250");
    client(C + 4, S + 12, FIN_ACK, "QUIT");
    server(S + 12, C + 9, ACK, "bye");
    server(S + 15, C + 9, FIN_ACK, "");
    client(C + 9, S + 16, ACK, "");
    const struct conversation *conv = load();
    cr_assert_eq(conv->partial, PARTIAL_NONE);
    cr_assert_eq(conv->server_step_count, 4);
    const struct app_step *step = capture_steps(capture, conv, CAPTURE_SERVER);
    cr_assert(step[0].rx_bytes == 0 && step[0].offset == 0 && step[0].len == 9);
    cr_assert(step[1].rx_bytes == 4 && step[1].offset == 9 && step[1].len == 3);
    cr_assert(!step[1].peer_fin);
    cr_assert(step[2].rx_bytes == 8 && step[2].peer_fin && step[2].len == 3);
    cr_assert(step[3].kind == APP_FIN && step[3].peer_fin && step[3].offset == 15);
}

/* The client's steps are the same from its side, and have their own times. */
Test(capture, the_clients_steps_wait_for_the_server)
{
    capture_writer_handshake(&w);
    server(S, C, PSH_ACK, "220 hello");
    client(C, S + 9, PSH_ACK, "HELO");
    server(S + 9, C + 4, PSH_ACK, "250");
    client(C + 4, S + 12, PSH_ACK, "DATA");
    client(C + 8, S + 12, PSH_ACK, "more");
    server(S + 12, C + 12, FIN_ACK, "bye");
    client(C + 12, S + 16, ACK, "QUIT");
    server(S + 16, C + 16, ACK, "");
    client(C + 16, S + 16, TCP_RST | ACK, "");
    const struct conversation *conv = load();
    cr_assert_eq(conv->client_step_count, 5);
    const struct app_step *step = capture_steps(capture, conv, CAPTURE_CLIENT);
    cr_assert(step[0].rx_bytes == 9 && step[0].offset == 0 && step[0].len == 4);
    cr_assert(step[1].rx_bytes == 12 && step[1].offset == 4 && step[1].len == 4);
    cr_assert(step[2].rx_bytes == 12 && step[2].offset == 8 && step[2].len == 4);
    cr_assert(step[3].rx_bytes == 15 && step[3].peer_fin && step[3].len == 4);
    cr_assert(step[4].kind == APP_RST && step[4].rx_bytes == 15 && step[4].tx_acked_bytes == 16);
    for (size_t i = 1; i < conv->client_step_count; i++)
        cr_assert_gt(step[i].time_ps, step[i - 1].time_ps);
    cr_assert_eq(step[0].time_ps, 4 * w.step_ns * PS_PER_NS);
    cr_assert_eq(step[4].time_ps, 11 * w.step_ns * PS_PER_NS);
}

Test(capture, a_byte_first_seen_as_retransmission_is_ready_no_later_than_its_successors)
{
    capture_writer_handshake(&w);
    client(C, S, PSH_ACK, "ask");
    /* The segment before was lost before it reached the point of capture. */
    server(S + 4, C + 3, PSH_ACK, "tail");
    client(C + 3, S, PSH_ACK, "more");
    server(S, C + 7, PSH_ACK, "head");
    client(C + 7, S + 8, ACK, "");
    capture_writer_fins(&w, 7, 8);
    const struct conversation *conv = load();
    cr_assert_eq(conv->partial, PARTIAL_NONE);
    cr_assert_eq(capture_steps(capture, conv, CAPTURE_SERVER)[0].len, 8);
    cr_assert_eq(capture_steps(capture, conv, CAPTURE_SERVER)[0].rx_bytes, 3);
}

Test(capture, overlap_and_reordering_give_one_stream)
{
    capture_writer_handshake(&w);
    client(C + 3, S, PSH_ACK, "def");
    client(C, S, PSH_ACK, "abcd");
    client(C, S, PSH_ACK, "abcdefgh");
    server(S, C + 8, ACK, "");
    capture_writer_fins(&w, 8, 0);
    const struct conversation *conv = load();
    cr_assert_eq(conv->partial, PARTIAL_NONE);
    cr_assert_eq(conv->client_bytes, 8);
    cr_assert_eq(memcmp(capture_bytes(capture, conv, CAPTURE_CLIENT), "abcdefgh", 8), 0);
    cr_assert(capture_segments(capture, conv)[2].ahead &&
              !capture_segments(capture, conv)[3].ahead &&
              !capture_segments(capture, conv)[4].ahead);
}

Test(capture, different_bytes_for_one_number_are_a_conflict)
{
    capture_writer_handshake(&w);
    client(C, S, PSH_ACK, "abc");
    client(C, S, PSH_ACK, "aXc");
    server(S, C + 3, ACK, "");
    capture_writer_fins(&w, 3, 0);
    cr_assert_eq(load()->partial, PARTIAL_CONFLICT);
}

Test(capture, a_keepalive_with_a_garbage_byte_is_none)
{
    capture_writer_handshake(&w);
    client(C, S, PSH_ACK, "abc");
    server(S, C + 3, ACK, "");
    client(C + 2, S, ACK, "?");
    server(S, C + 3, ACK, "");
    capture_writer_fins(&w, 3, 0);
    cr_assert_eq(load()->partial, PARTIAL_NONE);
}

Test(capture, acknowledged_bytes_that_are_not_there_are_missing)
{
    capture_writer_handshake(&w);
    client(C, S, PSH_ACK, "abc");
    server(S, C + 10, ACK, "");
    client(C + 10, S, PSH_ACK, "xyz");
    server(S, C + 13, ACK, "");
    capture_writer_fins(&w, 13, 0);
    const struct conversation *conv = load();
    cr_assert_eq(conv->partial, PARTIAL_MISSING_BYTES);
    cr_assert_eq(conv->client_bytes, 3);
    cr_assert_eq(conv->client_acked, 3);
}

Test(capture, bytes_that_were_never_acknowledged_need_not_be_there_before_a_reset)
{
    capture_writer_handshake(&w);
    client(C, S, PSH_ACK, "abc");
    server(S, C + 3, ACK, "");
    client(C + 10, S, PSH_ACK, "xyz");
    client(C + 13, S, TCP_RST | ACK, "");
    const struct conversation *conv = load();
    cr_assert_eq(conv->partial, PARTIAL_NONE);
    cr_assert(conv->reset && !conv->reset_by_server);
    cr_assert_eq(conv->client_acked, 3);
    cr_assert_eq(capture_segments(capture, conv)[conv->segment_count - 1].acked_bytes, 3);
}

Test(capture, the_servers_reset_comes_after_what_was_sent_to_it)
{
    capture_writer_handshake(&w);
    server(S, C, PSH_ACK, "hello");
    client(C, S + 5, PSH_ACK, "abc");
    server(S + 5, 0, TCP_RST, "");
    const struct conversation *conv = load();
    cr_assert_eq(conv->partial, PARTIAL_NONE);
    cr_assert(conv->reset && conv->reset_by_server);
    const struct app_step *last =
        &capture_steps(capture, conv, CAPTURE_SERVER)[conv->server_step_count - 1];
    cr_assert_eq(last->kind, APP_RST);
    cr_assert_eq(last->rx_bytes, 3);
    cr_assert_eq(last->tx_acked_bytes, 5);
}

Test(capture, a_reset_after_an_orderly_end_is_noise)
{
    capture_writer_handshake(&w);
    capture_writer_fins(&w, 0, 0);
    client(C + 1, 0, TCP_RST, "");
    const struct conversation *conv = load();
    cr_assert_eq(conv->partial, PARTIAL_NONE);
    cr_assert(!conv->reset);
}

Test(capture, partial_reasons)
{
    w.client_port = 1;
    client(C, S, PSH_ACK, "midstream");
    w.client_port = 2;
    client(1000, 0, TCP_SYN, "");
    w.client_port = 3;
    capture_writer_handshake(&w);
    w.client_port = 4;
    client(1000, 0, TCP_SYN, "");
    server(5000, 0, TCP_SYN, "");
    client(1000, 5001, TCP_SYN | ACK, "");
    (void)load();
    const enum outcome wanted[] = {PARTIAL_NO_SYN, PARTIAL_NO_SYN_ACK, PARTIAL_NO_END,
                                   PARTIAL_SPLIT_HANDSHAKE};
    cr_assert_eq(capture_conversation_count(capture), 4);
    for (size_t i = 0; i < 4; i++)
        cr_assert_eq(capture_conversation(capture, i)->partial, wanted[i], "%zu", i);
    cr_assert(capture_conversation(capture, 2)->replayable);
    cr_assert(!capture_conversation(capture, 3)->replayable);
}

Test(capture, a_reused_port_begins_a_new_conversation)
{
    capture_writer_handshake(&w);
    capture_writer_fins(&w, 0, 0);
    client(900000, 0, TCP_SYN, "");
    server(700000, 900001, TCP_SYN | ACK, "");
    client(900001, 700001, TCP_RST | ACK, "");
    (void)load();
    cr_assert_eq(capture_conversation_count(capture), 2);
    cr_assert_eq(capture_conversation(capture, 0)->partial, PARTIAL_NONE);
    cr_assert_eq(capture_conversation(capture, 1)->partial, PARTIAL_NONE);
    cr_assert_eq(capture_conversation(capture, 1)->client_isn, 900000);
}

Test(capture, each_vlan_stack_is_a_conversation_with_its_own_vid)
{
    const uint16_t stacks[3][2] = {{0, 0}, {7, 0}, {7, 9}};
    for (int i = 0; i < 3; i++) {
        memcpy(w.vlan, stacks[i], sizeof w.vlan);
        capture_writer_handshake(&w);
        capture_writer_fins(&w, 0, 0);
    }
    (void)load();
    cr_assert_eq(capture_conversation_count(capture), 3);
    cr_assert_eq(capture_get_stats(capture)->vlan_stacks, 2);
    cr_assert_eq(capture_conversation(capture, 0)->key.vlan, VLAN_NONE);
    cr_assert_eq(capture_conversation(capture, 1)->key.vlan, VLAN_TAGGED | 7);
    cr_assert_eq(capture_conversation(capture, 2)->key.vlan, VLAN_TAGGED | 4094);
}

Test(capture, a_bad_checksum_among_good_ones_is_dropped)
{
    capture_writer_handshake(&w);
    w.checksum = WRITER_BAD;
    client(C, S, PSH_ACK, "YYY");
    w.checksum = WRITER_GOOD;
    client(C, S, PSH_ACK, "abc");
    capture_writer_fins(&w, 3, 0);
    const struct conversation *conv = load();
    cr_assert_eq(conv->partial, PARTIAL_NONE);
    cr_assert_eq(memcmp(capture_bytes(capture, conv, CAPTURE_CLIENT), "abc", 3), 0);
    cr_assert_eq(capture_get_stats(capture)->left_out[LEFT_OUT_BAD_CHECKSUM], 1);
    cr_assert_eq(capture_get_stats(capture)->repaired_checksums, 0);
}

Test(capture, a_direction_whose_checksums_are_all_wrong_is_repaired)
{
    w.checksum = WRITER_BAD;
    capture_writer_handshake(&w);
    client(C, S, PSH_ACK, "abc");
    capture_writer_fins(&w, 3, 0);
    cr_assert_eq(load()->partial, PARTIAL_NONE);
    cr_assert_eq(capture_get_stats(capture)->left_out[LEFT_OUT_BAD_CHECKSUM], 0);
    cr_assert_eq(capture_get_stats(capture)->repaired_checksums, 7);
}

Test(capture, an_unfilled_checksum_is_repaired_among_good_ones)
{
    capture_writer_handshake(&w);
    w.checksum = WRITER_UNFILLED;
    client(C, S, PSH_ACK, "abc");
    w.checksum = WRITER_GOOD;
    capture_writer_fins(&w, 3, 0);
    cr_assert_eq(load()->partial, PARTIAL_NONE);
    cr_assert_eq(capture_get_stats(capture)->repaired_checksums, 1);
}

Test(capture, cut_payload_is_the_pattern_and_known_bytes_win)
{
    capture_writer_handshake(&w);
    w.snaplen = 54 + 4;
    client(C, S, PSH_ACK, "abcdefgh");
    w.snaplen = 262144;
    client(C + 6, S, PSH_ACK, "gh");
    server(S, C + 8, ACK, "");
    capture_writer_fins(&w, 8, 0);
    const struct conversation *conv = load();
    cr_assert_eq(conv->partial, PARTIAL_NONE);
    cr_assert(conv->snap_cut);
    cr_assert_eq(memcmp(capture_bytes(capture, conv, CAPTURE_CLIENT), "abcd", 4), 0);
    cr_assert_eq(memcmp(capture_bytes(capture, conv, CAPTURE_CLIENT) + 6, "gh", 2), 0);
    uint8_t payload[8];
    capture_payload(capture, conv, &capture_segments(capture, conv)[2], payload);
    cr_assert_arr_eq(payload, capture_bytes(capture, conv, CAPTURE_CLIENT), 8);
    cr_assert_eq(capture_get_stats(capture)->snap_cut, 1);
}

Test(capture, segments_over_the_mtu_are_split)
{
    static char bytes[4000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)i;
    static const uint8_t mss[4] = {2, 4, 0x05, 0x00}; /* 1280 */
    client(1000, 0, TCP_SYN, "");
    w.options = mss;
    w.options_len = 4;
    server(5000, C, TCP_SYN | ACK, "");
    w.options_len = 0;
    client(C, S, ACK, "");
    capture_writer_tcp(&w, false, C, S, PSH_ACK | TCP_FIN | TCP_CWR, bytes, sizeof bytes);
    server(S, C + 4001, FIN_ACK, "");
    const struct conversation *conv = load();
    cr_assert_eq(conv->partial, PARTIAL_NONE);
    cr_assert_eq(conv->server_mss, 1280);
    cr_assert_eq(conv->server_features, CTX_FEATURE_MSS);
    cr_assert_eq(conv->segment_count, 6);
    cr_assert_eq(capture_get_stats(capture)->split_segments, 3);
    const struct client_segment *seg = capture_segments(capture, conv) + 2;
    cr_assert(seg[0].payload_len == 1280 && seg[0].flags == (ACK | TCP_CWR));
    cr_assert(seg[1].payload_len == 1280 && seg[1].flags == ACK && seg[1].seq == C + 1280);
    cr_assert(seg[3].payload_len == 160 && seg[3].flags == (PSH_ACK | TCP_FIN));
    cr_assert_eq(memcmp(capture_bytes(capture, conv, CAPTURE_CLIENT), bytes, sizeof bytes), 0);
}

Test(capture, data_of_a_syn_follows_as_a_segment)
{
    capture_writer_tcp(&w, false, 1000, 0, TCP_SYN, "fast", 4);
    server(5000, C + 4, TCP_SYN | ACK, "");
    client(C + 4, S, ACK, "");
    server(S, C + 4, PSH_ACK, "yes");
    capture_writer_fins(&w, 4, 3);
    const struct conversation *conv = load();
    cr_assert_eq(conv->partial, PARTIAL_NONE);
    cr_assert_eq(conv->client_bytes, 4);
    cr_assert_eq(capture_segments(capture, conv)[0].payload_len, 0);
    cr_assert_eq(capture_segments(capture, conv)[1].payload_len, 4);
    cr_assert_eq(capture_segments(capture, conv)[1].seq, C);
    cr_assert_eq(capture_segments(capture, conv)[1].ack, S);
    cr_assert_eq(capture_steps(capture, conv, CAPTURE_SERVER)[0].rx_bytes, 4);
}

Test(capture, sequence_numbers_wrap)
{
    uint32_t c = 0xfffffffeu;
    capture_writer_tcp(&w, false, c, 0, TCP_SYN, NULL, 0);
    server(5000, c + 1, TCP_SYN | ACK, "");
    client(c + 1, S, PSH_ACK, "abcdef");
    client(c + 7, S, PSH_ACK, "gh");
    server(S, c + 9, ACK, "");
    client(c + 9, S, FIN_ACK, "");
    server(S, c + 10, FIN_ACK, "");
    const struct conversation *conv = load();
    cr_assert_eq(conv->partial, PARTIAL_NONE);
    cr_assert_eq(conv->client_bytes, 8);
    cr_assert_eq(conv->client_acked, 8);
}

Test(capture, gaps_are_clamped_and_backward_stamps_flattened)
{
    capture_writer_handshake(&w);
    w.time_ns += UINT64_C(3600) * 1000000000;
    client(C, S, PSH_ACK, "a");
    w.time_ns -= 5000000;
    client(C + 1, S, PSH_ACK, "b");
    w.time_ns += 5000000;
    client(C + 2, S, PSH_ACK, "c");
    const struct conversation *conv = load();
    const struct client_segment *seg = capture_segments(capture, conv);
    cr_assert_eq(seg[1].time_ps, 2 * PS_PER_MS);
    cr_assert_eq(seg[2].time_ps, 12 * PS_PER_MS);
    cr_assert_eq(seg[3].time_ps, seg[2].time_ps);
    cr_assert_eq(seg[4].time_ps, seg[2].time_ps + 2 * PS_PER_MS);
    cr_assert_eq(capture_get_stats(capture)->clamped_gaps, 1);
    cr_assert_eq(capture_get_stats(capture)->backward_stamps, 1);
}

Test(capture, what_is_no_tcp_is_counted)
{
    uint8_t arp[60] = {[12] = 0x08, [13] = 0x06};
    uint8_t fragment[60] = {[12] = 0x08, 0x00, 0x45, [17] = 40, [20] = 0x20, [23] = 6};
    uint8_t broken[60] = {[12] = 0x08, 0x00, 0x45, [17] = 200, [23] = 6};
    capture_writer_handshake(&w);
    capture_writer_raw(&w, arp, sizeof arp, sizeof arp);
    capture_writer_raw(&w, fragment, sizeof fragment, sizeof fragment);
    capture_writer_raw(&w, broken, sizeof broken, sizeof broken);
    capture_writer_raw(&w, broken, 5, 5);
    (void)load();
    const struct capture_stats *stats = capture_get_stats(capture);
    cr_assert_eq(stats->left_out[LEFT_OUT_NOT_TCP], 1);
    cr_assert_eq(stats->fragments, 1);
    cr_assert_eq(stats->left_out[LEFT_OUT_MALFORMED], 2);
    cr_assert_eq(stats->left_out[LEFT_OUT_FRAGMENT], 1);
    cr_assert_eq(stats->records, 7);
    cr_assert_eq(stats->used, 3);
    cr_assert_eq(stats->tcp_segments, 3);
}
