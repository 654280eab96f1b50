/* Gives hostile input to a live context. The inputs are random with a fixed seed, and every finding
 * of the fuzzer (sim/fuzz/corpus/tcp, `make fuzz-tcp`). tcp_fuzz_run() aborts if an invariant is
 * broken. */
#include "models/base/rng.h"
#include "models/tcp/test/tcp_fuzz.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>

enum { LIVES = 15000, LIFE_BYTES = 600 };

Test(tcp_fuzz, random_lives_break_no_invariant)
{
    struct tcp_fuzz_counts sum = {0, 0, 0};
    uint8_t bytes[LIFE_BYTES];
    struct rng rng;
    rng_init(&rng, 5, "fuzz");
    for (int life = 0; life < LIVES; life++) {
        size_t len = 20 + rng_below(&rng, LIFE_BYTES - 20);
        for (size_t i = 0; i < len; i++)
            bytes[i] = (uint8_t)rng_u64(&rng);
        struct tcp_fuzz_counts counts = tcp_fuzz_run(bytes, len);
        sum.judged += counts.judged;
        sum.refused += counts.refused;
        sum.sent += counts.sent;
    }
    /* The random inputs must reach every case often; otherwise the test proves little. */
    cr_assert_gt(sum.judged, 3 * LIVES);
    cr_assert_gt(sum.refused, LIVES / 2);
    cr_assert_gt(sum.sent, 3 * LIVES);
}

Test(tcp_fuzz, findings_stay_fixed)
{
    glob_t found;
    if (glob("sim/fuzz/corpus/tcp/*", 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        uint8_t bytes[4096];
        FILE *file = fopen(found.gl_pathv[i], "rb");
        cr_assert_not_null(file, "%s", found.gl_pathv[i]);
        size_t len = fread(bytes, 1, sizeof bytes, file);
        (void)fclose(file);
        (void)tcp_fuzz_run(bytes, len);
    }
    globfree(&found);
}
