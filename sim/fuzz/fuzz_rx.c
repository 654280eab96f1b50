/* The entry of libFuzzer to the receive path of the TOE engine, with frames whose headers are
 * damaged. */
#include "models/toe/test/rx_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    (void)rx_fuzz_run(bytes, len);
    return 0;
}
