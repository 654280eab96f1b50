/* The entry of libFuzzer to the TCP core, with the parser and the receive path on a live
 * context. */
#include "models/tcp/test/tcp_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    (void)tcp_fuzz_run(bytes, len);
    return 0;
}
