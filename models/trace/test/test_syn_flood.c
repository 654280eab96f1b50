/* Tests models/trace/generate/syn_flood.c: SYNs from addresses that nobody has, and the answers
 * to them. */
#include "models/base/stage_loop.h"
#include "models/base/units.h"
#include "models/trace/generate/syn_flood.h"
#include "models/wire/packet.h"

#include <criterion/criterion.h>
#include <string.h>

static struct frame_pool *pool;
static struct packet last;
static uint32_t count;
static uint8_t seen[4][16];

static void accept(void *self, struct frame *frame, uint64_t now_ps)
{
    (void)self, (void)now_ps;
    packet_parse(frame->data, frame->len, true, &last);
    if (count < 4)
        memcpy(seen[count], last.src, 16);
    count++;
    frame_free(pool, frame);
}

static struct syn_flood *run(uint8_t ip_version, uint64_t until_ps)
{
    struct syn_flood_params params;
    struct stage_loop loop;
    syn_flood_params_default(&params);
    params.count = 3;
    params.ip_version = ip_version;
    params.start_ps = 10;
    params.interval_ps = PS_PER_US;
    params.team_ip[15] = 1;
    if (ip_version == 4)
        params.team_ip[10] = params.team_ip[11] = 0xff;
    pool = frame_pool_create(8);
    count = 0;
    struct syn_flood *flood =
        syn_flood_create(&params, pool, (struct frame_sink){.accept = accept}, NULL);
    stage_loop_init(&loop);
    stage_loop_add(&loop, syn_flood_stage(flood, "flood"));
    while (stage_loop_step(&loop, until_ps))
        ;
    return flood;
}

Test(syn_flood, sends_good_syns_of_different_addresses_at_its_interval)
{
    for (uint8_t version = 4; version <= 6; version = (uint8_t)(version + 2)) {
        struct syn_flood *flood = run(version, 10 + PS_PER_US);
        cr_assert_eq(count, 2, "the third is not due yet");
        cr_assert_eq(last.kind, PACKET_TCP);
        cr_assert(last.ip_checksum_ok && last.tcp_checksum_ok);
        cr_assert_eq(last.seg.flags, TCP_SYN);
        cr_assert_eq(last.seg.dport, 80);
        cr_assert_neq(memcmp(seen[0], seen[1], 16), 0);
        syn_flood_destroy(flood);
        frame_pool_destroy(pool);
        flood = run(version, PS_PER_MS);
        cr_assert_eq(count, 3);
        cr_assert_eq(syn_flood_get_stats(flood)->sent, 3);
        syn_flood_destroy(flood);
        frame_pool_destroy(pool);
    }
}

Test(syn_flood, takes_what_goes_to_its_addresses_alone)
{
    struct syn_flood *flood = run(4, PS_PER_MS);
    static struct frame frame;
    struct packet_out out = {.ip_version = 4, .ttl = 64, .flags = TCP_SYN | TCP_ACK};
    memcpy(out.src, last.dst, 16);
    memcpy(out.dst, last.src, 16);
    frame.len = packet_build(frame.data, &out, 0);
    cr_assert(syn_flood_takes(flood, &frame));
    ip_addr_from_v4(out.dst, 0x0a010001);
    frame.len = packet_build(frame.data, &out, 0);
    cr_assert_not(syn_flood_takes(flood, &frame));
    cr_assert_eq(syn_flood_get_stats(flood)->answers, 1);
    syn_flood_stop(flood);
    syn_flood_destroy(flood);
    frame_pool_destroy(pool);
}
