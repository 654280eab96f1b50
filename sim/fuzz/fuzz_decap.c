/* Feeds arbitrary bytes to the code that takes frames out of tunnels, and checks the properties
 * that it promises. */
#include "models/trace/capture/capture_decap.h"
#include "models/wire/packet.h"

#include <assert.h>
#include <pcap/dlt.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* The first byte chooses whether the frame was cut by the snap length, and whether the tunnel is
 * opened. */
static uint32_t wire_length(uint8_t choice, uint32_t captured)
{
    return choice & 2 ? captured + 10u * (choice >> 2) : captured;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct link_frame frame;
    static struct capture_decap decap;
    enum left_out why;
    if (len < 1)
        return 0;
    uint32_t captured = (uint32_t)len - 1;
    uint8_t *record = malloc(captured + 1); /* the sanitizer finds a read beyond the record */
    assert(record);
    memcpy(record, bytes + 1, captured);
    bool whole =
        capture_link_frame(DLT_EN10MB, record, captured, wire_length(bytes[0], captured), &frame);
    free(record);
    if (!whole)
        return 0;
    uint32_t before = frame.len;
    decap.open = bytes[0] & 1;
    bool go_on = capture_decap(&decap, &frame, &why);
    assert(frame.captured <= frame.len && frame.len <= LINK_FRAME_MAX);
    assert(decap.open || (frame.tunnel == 0 && frame.len == before));
    for (uint32_t i = frame.captured; i < frame.len; i++)
        assert(frame.bytes[i] == 0);
    if (!go_on) {
        assert(why < LEFT_OUT_REASON_COUNT);
        return 0;
    }
    /* The result must not be in a tunnel any more. */
    struct packet packet;
    packet_parse(frame.bytes, frame.len, false, &packet);
    assert(packet.kind != PACKET_OTHER || (packet.ip_protocol != 47 && packet.ip_protocol != 4));
    return 0;
}
