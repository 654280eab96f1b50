/* Tests models/mac: the frames per second of a saturated line (docs/timing.md, section 3.1). */
#include "models/base/units.h"
#include "models/mac/test/mac_pair.h"
#include "models/test/timing_case.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

static struct mac_pair net;

/* A row of the table in section 3.1 of docs/timing.md. */
struct rate_row {
    uint32_t bytes;  /* including the FCS */
    uint64_t ps[4];  /* time of a frame and its gap at 10, 25, 40 and 100G */
    uint64_t pps[4]; /* number of frames in 1000 s */
};

static struct rate_row rate_rows[] = {
    {64,
     {67200, 26880, 16800, 6720},
     {UINT64_C(14880952381), UINT64_C(37202380952), UINT64_C(59523809524), UINT64_C(148809523810)}},
    {65,
     {68000, 27200, 17000, 6800},
     {UINT64_C(14705882353), UINT64_C(36764705882), UINT64_C(58823529412), UINT64_C(147058823529)}},
    {128,
     {118400, 47360, 29600, 11840},
     {UINT64_C(8445945946), UINT64_C(21114864865), UINT64_C(33783783784), UINT64_C(84459459459)}},
    {256,
     {220800, 88320, 55200, 22080},
     {UINT64_C(4528985507), UINT64_C(11322463768), UINT64_C(18115942029), UINT64_C(45289855072)}},
    {512,
     {425600, 170240, 106400, 42560},
     {UINT64_C(2349624060), UINT64_C(5874060150), UINT64_C(9398496241), UINT64_C(23496240602)}},
    {1024,
     {835200, 334080, 208800, 83520},
     {UINT64_C(1197318008), UINT64_C(2993295019), UINT64_C(4789272031), UINT64_C(11973180077)}},
    {1518,
     {1230400, 492160, 307600, 123040},
     {UINT64_C(812743823), UINT64_C(2031859558), UINT64_C(3250975293), UINT64_C(8127438231)}},
    {1522,
     {1233600, 493440, 308400, 123360},
     {UINT64_C(810635538), UINT64_C(2026588846), UINT64_C(3242542153), UINT64_C(8106355383)}},
    {2048,
     {1654400, 661760, 413600, 165440},
     {UINT64_C(604448743), UINT64_C(1511121857), UINT64_C(2417794971), UINT64_C(6044487427)}},
    {9000,
     {7216000, 2886400, 1804000, 721600},
     {UINT64_C(138580931), UINT64_C(346452328), UINT64_C(554323725), UINT64_C(1385809313)}},
    {9018,
     {7230400, 2892160, 1807600, 723040},
     {UINT64_C(138304935), UINT64_C(345762337), UINT64_C(553219739), UINT64_C(1383049347)}},
};

static const uint64_t rate_gbps[4] = {10, 25, 40, 100};

/* Sends 40 frames at once, and returns the time that any 8 consecutive frames take. The gaps repeat after 1, 2, 4 or 8
 * frames, so this time is always the same. */
static uint64_t eight_frames_ps(uint64_t gbps, uint32_t bytes)
{
    mac_pair_init(&net);
    net.params.rate_bps = gbps * UINT64_C(1000000000);
    net.params.mtu_bytes = 9000;
    mac_pair_open(&net);
    for (int i = 0; i < 40; i++)
        mac_pair_send(&net, net.a, bytes - 4);
    mac_pair_run(&net, PS_PER_MS);
    cr_assert_eq(net.at_b.count, 40);
    const struct frame_log_entry *e = net.at_b.entries;
    uint64_t eight_ps = e[8].mac_time_ps - e[0].mac_time_ps;
    for (int i = 1; i + 8 < 40; i++)
        cr_assert_eq(e[i + 8].mac_time_ps - e[i].mac_time_ps, eight_ps, "%u bytes", bytes);
    cr_assert_eq(mac_get_stats(net.a)->tx_frames, 40);
    cr_assert_eq(mac_get_stats(net.b)->rx_bytes, 40 * bytes);
    mac_pair_close(&net);
    return eight_ps;
}

ParameterizedTestParameters(mac_rate, saturated_rate_is_exact_over_a_deficit_cycle)
{
    return cr_make_param_array(struct rate_row, rate_rows, sizeof rate_rows / sizeof *rate_rows);
}

ParameterizedTest(struct rate_row *row, mac_rate, saturated_rate_is_exact_over_a_deficit_cycle)
{
    for (int r = 0; r < 4; r++) {
        uint64_t eight_ps = eight_frames_ps(rate_gbps[r], row->bytes);
        uint64_t pps = (8 * 1000 * PS_PER_S + eight_ps / 2) / eight_ps;
        timing_case("3.1 time of a frame, ps", 8 * row->ps[r], eight_ps);
        timing_case("3.1 frames in 1000 s", row->pps[r], pps);
        cr_assert_eq(eight_ps, 8 * row->ps[r], "%u bytes at %lluG", row->bytes,
                     (unsigned long long)rate_gbps[r]);
        cr_assert_eq(pps, row->pps[r]);
    }
}

/* The TCP payload as a share of the line rate, in millionths (docs/timing.md, section 3.1). */
static const struct {
    uint32_t bytes, payload, share;
} goodputs[] = {{1518, 1460, 949285}, {1518, 1448, 941482}, {9018, 8960, 991370},
                {9018, 8948, 990042}, {1518, 1428, 928479}, {9018, 8928, 987829}};

Test(mac_rate, goodput_of_full_frames_is_that_of_timing_3_1)
{
    for (size_t i = 0; i < sizeof goodputs / sizeof *goodputs; i++)
        for (int r = 0; r < 4; r++) {
            uint64_t byte_ps = 8000 / rate_gbps[r];
            uint64_t eight_ps = eight_frames_ps(rate_gbps[r], goodputs[i].bytes);
            uint64_t payload_ps = 8 * goodputs[i].payload * byte_ps;
            uint64_t share = (payload_ps * 1000000 + eight_ps / 2) / eight_ps;
            timing_case("3.1 goodput of TCP, ppm", goodputs[i].share, share);
            cr_assert_eq(share, goodputs[i].share, "%u of %u", goodputs[i].payload,
                         goodputs[i].bytes);
        }
}
