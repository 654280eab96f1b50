/* libFuzzer's entry to the receive path of the TOE engine: frames with damaged headers. */
#include "models/toe/test/rx_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    (void)rx_fuzz_run(bytes, len);
    return 0;
}
