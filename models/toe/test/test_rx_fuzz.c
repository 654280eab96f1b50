/* Gives the engine frames with malformed lengths, options, checksums and flags. Each frame must get
 * one counted verdict. The inputs are random with a fixed seed, and every finding of the fuzzer
 * (sim/fuzz/corpus/rx, `make fuzz-rx`). */
#include "models/base/rng.h"
#include "models/toe/test/rx_fuzz.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>

enum { LIVES = 300, LIFE_BYTES = 1500 };

Test(rx_fuzz, each_damaged_frame_gets_one_counted_verdict)
{
    struct rx_fuzz_counts sum = {0};
    uint8_t bytes[LIFE_BYTES];
    struct rng rng;
    rng_init(&rng, 7, "rx fuzz");
    for (int life = 0; life < LIVES; life++) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)rng_u64(&rng);
        struct rx_fuzz_counts counts = rx_fuzz_run(bytes, sizeof bytes);
        sum.frames += counts.frames;
        sum.applied += counts.applied;
        sum.foreign += counts.foreign;
        sum.malformed += counts.malformed;
        sum.bad_checksum += counts.bad_checksum;
        sum.other_drops += counts.other_drops;
    }
    /* The random inputs must reach every kind of verdict often; otherwise the test proves little. */
    cr_log_info("%u frames: %u applied, %u foreign, %u malformed, %u bad checksums, %u other drops",
                sum.frames, sum.applied, sum.foreign, sum.malformed, sum.bad_checksum,
                sum.other_drops);
    cr_assert_gt(sum.frames, 5 * LIVES);
    cr_assert_gt(sum.applied, LIVES);
    cr_assert_gt(sum.foreign, LIVES / 2);
    cr_assert_gt(sum.malformed, LIVES / 2);
    cr_assert_gt(sum.bad_checksum, LIVES / 2);
    cr_assert_gt(sum.other_drops, LIVES / 4);
}

Test(rx_fuzz, findings_stay_fixed)
{
    glob_t found;
    if (glob("sim/fuzz/corpus/rx/*", 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        uint8_t bytes[4096];
        FILE *file = fopen(found.gl_pathv[i], "rb");
        cr_assert_not_null(file, "%s", found.gl_pathv[i]);
        size_t len = fread(bytes, 1, sizeof bytes, file);
        (void)fclose(file);
        (void)rx_fuzz_run(bytes, len);
    }
    globfree(&found);
}
