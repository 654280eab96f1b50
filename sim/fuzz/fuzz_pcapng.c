/* Feeds arbitrary bytes to the pcapng reader, and checks the properties that it promises for
 * each packet. */
#include "models/trace/capture/pcapng.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

struct input {
    const uint8_t *bytes;
    size_t left;
};

static long read_input(void *self, void *bytes, size_t size)
{
    struct input *input = self;
    size_t take = size < input->left ? size : input->left;
    memcpy(bytes, input->bytes, take);
    input->bytes += take;
    input->left -= take;
    return (long)take;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct input input = {bytes, len};
    struct pcapng *file = pcapng_open(read_input, &input);
    struct pcapng_packet packet;
    enum pcapng_state state;
    unsigned sum = 0;
    if (!file)
        return 0;
    while ((state = pcapng_next(file, &packet)) == PCAPNG_PACKET) {
        assert(packet.captured <= packet.length && packet.captured <= len);
        assert(packet.interface < pcapng_interface_count(file));
        for (uint32_t i = 0; i < packet.captured; i++)
            sum += packet.bytes[i]; /* the sanitizer finds a byte outside of the block */
    }
    assert(state == PCAPNG_END || pcapng_damage(file)[0]);
    assert(pcapng_next(file, &packet) == state);
    pcapng_close(file);
    return sum == UINT32_MAX;
}
