#include "host-sw/test/team_bed.h"

#include "host-sw/server/server.h"

#include <criterion/criterion.h>
#include <string.h>

enum { SERVER_PORT = 80, CLIENT_PORT = 40000, BED_IRS = 1000 };
static const uint8_t client_mac[6] = {2, 0, 0, 0, 0, 9};

static bool on_syn(void *self, const struct flow_key *key, const struct tcp_segment *syn,
                   struct app_accept *accept)
{
    struct bed *bed = self;
    (void)syn;
    bed->syns++;
    *accept = (struct app_accept){.offered = bed->cookie_offer ? bed->cookie_offer
                                                               : (uint8_t)CTX_FEATURE_MSS,
                                  .rcv_ws = bed->cookie_offer ? 3 : 0,
                                  .nodelay = true,
                                  .cookie = 100u + key->rport,
                                  .busy = bed->busy};
    return !bed->refuse;
}

static bool on_cookie_syn(void *self, const struct flow_key *key, const struct tcp_segment *syn,
                          struct app_accept *accept)
{
    struct bed *bed = self;
    (void)key, (void)syn;
    bed->cookie_syns++;
    *accept = (struct app_accept){
        .offered = bed->cookie_offer, .rcv_ws = 3, .nodelay = true, .busy = bed->busy};
    return !bed->refuse;
}

static void on_established(void *self, uint32_t conn, uint32_t cookie)
{
    (void)conn;
    (void)cookie;
    ((struct bed *)self)->established++;
}

static void on_readable(void *self, uint32_t conn, uint32_t cookie)
{
    struct bed *bed = self;
    (void)cookie;
    bed->readable++;
    bed->read_count += host_conn_read(bed->sw, conn, bed->read + bed->read_count,
                                      (uint32_t)sizeof bed->read - bed->read_count);
}

static void on_writable(void *self, uint32_t conn, uint32_t cookie)
{
    (void)conn;
    (void)cookie;
    ((struct bed *)self)->writable++;
}

static void on_peer_fin(void *self, uint32_t conn, uint32_t cookie)
{
    (void)conn;
    (void)cookie;
    ((struct bed *)self)->peer_fins++;
}

static void on_urgent(void *self, uint32_t conn, uint32_t cookie)
{
    (void)conn;
    (void)cookie;
    ((struct bed *)self)->urgent++;
}

static void on_notice(void *self, uint32_t conn, uint32_t cookie, enum nic_notice notice)
{
    struct bed *bed = self;
    (void)conn;
    (void)cookie;
    bed->notices++;
    bed->notice = notice;
}

static void on_closed(void *self, uint32_t conn, uint32_t cookie, enum nic_term_cause cause)
{
    struct bed *bed = self;
    (void)conn;
    (void)cookie;
    bed->closed++;
    bed->cause = cause;
}

static void on_event(void *self, const struct probe_event *event)
{
    struct bed *bed = self;
    cr_assert_lt(bed->event_count, BED_EVENTS_MAX);
    bed->events[bed->event_count] = *event;
    bed->event_count++;
}

void bed_init(struct bed *bed)
{
    memset(bed, 0, sizeof *bed);
    host_sw_params_default(&bed->params);
    bed->params.conn_max = 64;
    bed->params.ring_bytes = BED_RING_BYTES;
    bed->params.ring_log2_cmd = 6;
    bed->params.ring_log2_record = 6;
    bed->params.ring_log2_event = 6;
    bed->params.ring_log2_buffer = 6;
    bed->params.idle_ps = 0;
    bed->params.command_timeout_ps = 0; /* the fake NIC completes only what a test tells it to */
    bed->fake = fake_create();
    probe_init(&bed->probe);
    probe_add(&bed->probe, (struct probe_listener){on_event, bed, UINT64_MAX});
}

void bed_start(struct bed *bed)
{
    static const struct app_ops ops = {.on_syn = on_syn,
                                       .on_cookie_syn = on_cookie_syn,
                                       .on_established = on_established,
                                       .on_readable = on_readable,
                                       .on_writable = on_writable,
                                       .on_peer_fin = on_peer_fin,
                                       .on_urgent = on_urgent,
                                       .on_notice = on_notice,
                                       .on_closed = on_closed};
    bed->sw = host_sw_create(&bed->params, fake_bus(bed->fake), &ops, bed, &bed->probe);
    cr_assert_not_null(bed->sw);
    fake_start(bed->fake, bed->sw);
}

void bed_end(struct bed *bed)
{
    uint32_t posted = 0;
    for (unsigned nic = 0; nic < NIC_COUNT; nic++)
        posted += fake_buffers_left(bed->fake, nic);
    if (bed->params.program == SERVER_PROGRAM_TEAM && bed->sw->pool.lent.count == 0 &&
        bed->sw->hold.bytes == 0)
        cr_assert_leq(bed->sw->pool.count - bed->sw->pool.free_count, posted + FAKE_LOG_MAX);
    host_sw_stop(bed->sw);
    fake_run(bed->fake, 1u << 31);
    cr_assert(bed->fake->ended);
    host_sw_destroy(bed->sw);
    fake_destroy(bed->fake);
}

uint32_t bed_segment(uint8_t *frame, unsigned client, uint32_t seq, uint32_t ack, uint16_t flags,
                     const char *payload)
{
    struct host_sw_params params;
    host_sw_params_default(&params);
    struct packet_out out = {.ip_version = 4,
                             .ttl = 64,
                             .sport = (uint16_t)(CLIENT_PORT + client),
                             .dport = SERVER_PORT,
                             .seq = seq,
                             .ack = ack,
                             .flags = flags,
                             .window = 1000};
    memcpy(out.dst_mac, params.mac, 6);
    memcpy(out.src_mac, client_mac, 6);
    memcpy(out.dst, params.ipv4, 16);
    memcpy(out.src, params.ipv4, 16);
    out.src[15] = 77;
    uint32_t len = (uint32_t)strlen(payload);
    memcpy(frame + packet_header_bytes(&out), payload, len);
    return packet_build(frame, &out, len);
}

uint64_t bed_foreign(struct bed *bed, unsigned nic, unsigned client, uint32_t seq, uint32_t ack,
                     uint16_t flags, const char *payload)
{
    uint8_t frame[2048];
    uint32_t len = bed_segment(frame, client, seq, ack, flags, payload);
    uint64_t id = fake_give_frame(bed->fake, nic, NIC_VERDICT_NOT_MINE, frame, len);
    fake_run(bed->fake, 1u << nic * NIC_VECTOR_COUNT);
    return id;
}

void bed_applied(struct bed *bed, unsigned nic, uint64_t frame_id, uint16_t gen, uint8_t flags,
                 uint32_t rcv, uint32_t snd)
{
    fake_post_record(bed->fake, nic,
                     (struct nic_record){.conn = bed->conn,
                                         .gen = gen,
                                         .nic = (uint8_t)nic,
                                         .verdict = NIC_VERDICT_APPLIED,
                                         .flags = flags,
                                         .tcp_state = TCP_ESTABLISHED,
                                         .bytes = 60,
                                         .mac_time_ps = bed->fake->now_ps,
                                         .frame_id = frame_id,
                                         .rcv_nxt = bed->irs + 1 + rcv,
                                         .snd_una = bed->iss + 1 + snd,
                                         .snd_wnd = 1000});
    fake_run(bed->fake, 1u << nic * NIC_VECTOR_COUNT);
}

void bed_open(struct bed *bed)
{
    uint64_t id = bed_foreign(bed, 0, 0, BED_IRS, 0, TCP_SYN, "");
    const struct nic_cmd *reserve = fake_expect(bed->fake, 0, NIC_CMD_RESERVE);
    const struct nic_cmd *install = fake_expect(bed->fake, 0, NIC_CMD_INSTALL);
    const struct conn_ctx *image = fake_memory(bed->fake, install->image);
    bed->conn = install->conn;
    bed->gen = install->gen;
    bed->irs = BED_IRS;
    bed->iss = image->snd_nxt;
    fake_complete(bed->fake, 0, reserve, NIC_RESULT_OK);
    fake_complete(bed->fake, 0, install, NIC_RESULT_OK);
    fake_post_record(bed->fake, 0,
                     (struct nic_record){.conn = bed->conn,
                                         .gen = bed->gen,
                                         .verdict = NIC_VERDICT_APPLIED,
                                         .flags = NIC_RECORD_INJECTED,
                                         .tcp_state = TCP_SYN_RCVD,
                                         .frame_id = id,
                                         .rcv_nxt = BED_IRS + 1,
                                         .snd_una = bed->iss});
    fake_run(bed->fake, 3);
    bed_applied(bed, 0, bed->fake->next_frame_id++, bed->gen, NIC_RECORD_ESTABLISHED, 0, 0);
    cr_assert_eq(bed->established, 1);
    cr_assert_eq(bed_view(bed, host_sw_conn_rows(bed->sw) - 1).state, DIR_ACTIVE);
}

void bed_frozen(struct bed *bed, unsigned nic, const struct nic_cmd *freeze)
{
    struct conn_ctx *image = fake_memory(bed->fake, freeze->image);
    const struct dir_entry *entry = &bed->sw->dir.entries[freeze->conn];
    image->tcp_state = TCP_ESTABLISHED;
    image->snd_una = image->snd_nxt = image->snd_max = entry->tx_prod;
    image->tx_prod = entry->tx_prod;
    image->rcv_nxt = image->rx_consumed = image->last_ack_sent = entry->rcv_nxt;
    image->rcv_adv = image->rcv_nxt + BED_RING_BYTES;
    image->snd_wnd = image->max_snd_wnd = 1000;
    image->snd_wl1 = image->rcv_nxt;
    image->snd_wl2 = image->snd_una;
    image->timers = 0;
    image->generation = freeze->gen;
    image->last_send = image->ts_recent_age = 0;
    image->cwnd = 14600;
    tcp_image_seal(image);
    fake_complete(bed->fake, nic, freeze, NIC_RESULT_OK);
    fake_run(bed->fake, 2u << nic * NIC_VECTOR_COUNT);
}

const struct nic_cmd *bed_move_to_install(struct bed *bed, const struct nic_cmd **reserve)
{
    bed_foreign(bed, 1, 0, bed->irs + 1, bed->iss + 1, TCP_ACK, "held");
    const struct nic_cmd *freeze = fake_expect(bed->fake, 0, NIC_CMD_FREEZE);
    *reserve = fake_expect(bed->fake, 1, NIC_CMD_RESERVE);
    bed_frozen(bed, 0, freeze);
    return fake_expect(bed->fake, 1, NIC_CMD_INSTALL);
}

void bed_move(struct bed *bed)
{
    const struct nic_cmd *reserve;
    const struct nic_cmd *install = bed_move_to_install(bed, &reserve);
    fake_complete(bed->fake, 1, reserve, NIC_RESULT_OK);
    fake_complete(bed->fake, 1, install, NIC_RESULT_OK);
    const struct nic_held *held = fake_memory(bed->fake, install->list);
    bed->gen = install->gen;
    bed_applied(bed, 1, held[0].frame_id, bed->gen, NIC_RECORD_INJECTED, 4, 0);
    fake_expect(bed->fake, 0, NIC_CMD_RELEASE);
}

void bed_terminated(struct bed *bed, unsigned nic, uint16_t gen, enum nic_term_cause cause)
{
    fake_post_event(
        bed->fake, nic,
        (struct nic_event){
            .kind = NIC_EVENT_TERMINATED, .gen = gen, .conn = bed->conn, .detail = (uint8_t)cause});
    fake_run(bed->fake, 2u << nic * NIC_VECTOR_COUNT);
}

struct dir_view bed_view(const struct bed *bed, size_t row)
{
    struct dir_view view;
    host_sw_conn_row(bed->sw, row, &view);
    return view;
}

uint32_t bed_probes(const struct bed *bed, enum probe_kind kind)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < bed->event_count; i++)
        count += bed->events[i].kind == kind;
    return count;
}

const struct probe_event *bed_last_probe(const struct bed *bed, enum probe_kind kind)
{
    for (uint32_t i = bed->event_count; i > 0; i--)
        if (bed->events[i - 1].kind == kind)
            return &bed->events[i - 1];
    return NULL;
}

const struct host_sw_stats *bed_stats(const struct bed *bed) { return host_sw_get_stats(bed->sw); }
