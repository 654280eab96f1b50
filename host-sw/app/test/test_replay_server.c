/* Tests host-sw/app/replay_server.c on the real driver software. The server performs the
 * captured steps in their order. */
#include "host-sw/app/replay_server.h"
#include "host-sw/test/team_bed.h"

#include <criterion/criterion.h>
#include <string.h>

enum { STREAM_BYTES = 40000 };

/* Only its connection numbers are used, because the application is the replay server. */
static struct bed bed;
static struct replay_server *server;
static uint8_t stream[STREAM_BYTES];
static uint8_t got[64];
static uint64_t got_bytes;
static uint32_t ends;
static enum nic_term_cause end_cause;
static struct replay_step steps[4];
static struct replay_script script = {.offered = CTX_FEATURE_MSS, .stream_bytes = STREAM_BYTES};

static size_t find(void *self, const struct flow_key *key)
{
    (void)self;
    return key->rport == 40000 ? 0 : SIZE_MAX;
}

static void on_bytes(void *self, size_t index, uint64_t offset, const uint8_t *bytes, uint32_t len)
{
    (void)self;
    cr_assert_eq(index, 0);
    cr_assert_eq(offset, got_bytes);
    memcpy(got + offset, bytes, len);
    got_bytes += len;
}

static void describe(void *self, size_t index, struct replay_script *out)
{
    (void)self;
    cr_assert_eq(index, 0);
    *out = script;
}

static void step(void *self, size_t index, size_t number, struct replay_step *out)
{
    (void)self;
    cr_assert_eq(index, 0);
    *out = steps[number];
}

static void fill(void *self, size_t index, uint64_t offset, uint8_t *bytes, uint32_t len)
{
    (void)self;
    cr_assert_eq(index, 0);
    memcpy(bytes, stream + offset, len);
}

static void on_end(void *self, size_t index, enum nic_term_cause cause)
{
    (void)self;
    cr_assert_eq(index, 0);
    ends++;
    end_cause = cause;
}

static void start(size_t step_count)
{
    for (uint32_t i = 0; i < STREAM_BYTES; i++)
        stream[i] = (uint8_t)(i * 7);
    script.step_count = step_count;
    bed_init(&bed);
    struct replay_server_hooks hooks = {find, on_bytes, describe, step, fill, on_end, NULL};
    server = replay_server_create(1, hooks);
    bed.sw = host_sw_create(&bed.params, fake_bus(bed.fake), replay_server_ops(), server, NULL);
    replay_server_attach(server, bed.sw);
    fake_start(bed.fake, bed.sw);
    bed.established = 1; /* bed_open() asks the bed's own application */
    bed_open(&bed);
}

static void end(void)
{
    bed_end(&bed);
    replay_server_destroy(server);
}

static void client_says(const char *text)
{
    const struct conn_ctx *image = fake_memory(bed.fake, bed.fake->port[0].cmds[0].image);
    uint32_t at = (uint32_t)(bed.irs + 1 + got_bytes) & (BED_RING_BYTES - 1);
    memcpy(fake_memory(bed.fake, (uint64_t)image->rx_ring * 4096 + at), text, strlen(text));
    bed_applied(&bed, 0, bed.fake->next_frame_id++, bed.gen, 0,
                (uint32_t)(got_bytes + strlen(text)), 0);
}

static const struct nic_doorbell *last_bell(void)
{
    const struct fake_port *port = &bed.fake->port[0];
    return port->doorbell_count ? &port->doorbells[port->doorbell_count - 1] : NULL;
}

Test(replay_server, answers_only_after_the_request_was_received)
{
    steps[0] = (struct replay_step){.kind = REPLAY_SEND, .rx_bytes = 7, .len = 100};
    start(1);
    client_says("GET ");
    cr_assert_null(last_bell());
    client_says("/ x");
    cr_assert_arr_eq(got, "GET / x", 7);
    cr_assert_eq(last_bell()->kind, NIC_DOORBELL_TX);
    cr_assert_eq(last_bell()->value, bed.iss + 101);
    const struct conn_ctx *image = fake_memory(bed.fake, bed.fake->port[0].cmds[0].image);
    uint32_t at = (bed.iss + 1) & (BED_RING_BYTES - 1);
    uint32_t first = BED_RING_BYTES - at < 100 ? BED_RING_BYTES - at : 100;
    cr_assert_arr_eq((uint8_t *)fake_memory(bed.fake, (uint64_t)image->tx_ring * 4096 + at), stream,
                     first);
    end();
}

Test(replay_server, sends_more_than_the_ring_as_room_comes_and_then_closes)
{
    steps[0] = (struct replay_step){.kind = REPLAY_SEND, .len = STREAM_BYTES};
    steps[1] = (struct replay_step){.kind = REPLAY_FIN};
    start(2);
    cr_assert_eq(last_bell()->value, bed.iss + 1 + BED_RING_BYTES);
    uint32_t acked = 0;
    while (last_bell()->kind != NIC_DOORBELL_FIN) {
        acked += 5000;
        cr_assert_leq(acked, STREAM_BYTES);
        bed_applied(&bed, 0, bed.fake->next_frame_id++, bed.gen, 0, 0, acked);
    }
    cr_assert_eq(last_bell()->value, bed.iss + 1 + STREAM_BYTES);
    cr_assert_eq(replay_server_steps_left(server, 0), 0);
    end();
}

Test(replay_server, a_captured_reset_waits_until_the_peer_has_the_bytes)
{
    steps[0] = (struct replay_step){.kind = REPLAY_SEND, .len = 10};
    steps[1] = (struct replay_step){.kind = REPLAY_RST, .tx_acked_bytes = 10};
    start(2);
    while (fake_take(bed.fake, 0))
        ;
    fake_run(bed.fake, 1u << 31);
    cr_assert_null(fake_take(bed.fake, 0));
    bed_applied(&bed, 0, bed.fake->next_frame_id++, bed.gen, 0, 0, 10);
    fake_expect(bed.fake, 0, NIC_CMD_ABORT);
    bed_terminated(&bed, 0, bed.gen, NIC_TERM_LOCAL_ABORT);
    cr_assert_eq(ends, 1);
    cr_assert_eq(end_cause, NIC_TERM_LOCAL_ABORT);
    end();
}

Test(replay_server, a_fin_after_the_peers_fin_waits_for_it)
{
    steps[0] = (struct replay_step){.kind = REPLAY_FIN, .peer_fin = true};
    start(1);
    cr_assert_null(last_bell());
    bed_applied(&bed, 0, bed.fake->next_frame_id++, bed.gen, NIC_RECORD_PEER_FIN, 1, 0);
    cr_assert_eq(last_bell()->kind, NIC_DOORBELL_FIN);
    end();
}

Test(replay_server, an_unknown_tuple_is_refused)
{
    start(0);
    bed_foreign(&bed, 0, 5, 1, 0, TCP_SYN, "");
    cr_assert_eq(bed_stats(&bed)->drops.count[DROP_NO_LISTENER], 1);
    struct app_accept accept;
    struct flow_key key = {.rport = 40005, .ip_version = 4};
    cr_assert_not(replay_server_ops()->on_cookie_syn(server, &key, NULL, &accept));
    end();
}
