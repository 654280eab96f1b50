/* Tests sim/run/sha256.c with the examples of FIPS 180-4. */
#include "sim/run/sha256.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *hash_of(const char *text, size_t len, size_t step)
{
    static char digits[SHA256_TEXT_MAX];
    struct sha256 hash;
    sha256_init(&hash);
    for (size_t at = 0; at < len; at += step)
        sha256_add(&hash, text + at, len - at < step ? len - at : step);
    sha256_end(&hash, digits);
    return digits;
}

Test(sha256, agrees_with_the_standard)
{
    static const char *const cases[][2] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrl"
         "m"
         "nopqrsmnopqrstnopqrstu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (size_t step = 1; step < 130; step += 7)
            cr_expect_str_eq(hash_of(cases[i][0], strlen(cases[i][0]), step), cases[i][1]);
}

Test(sha256, hashes_a_million_bytes)
{
    static char text[1000000];
    memset(text, 'a', sizeof text);
    cr_expect_str_eq(hash_of(text, sizeof text, 4096),
                     "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}
