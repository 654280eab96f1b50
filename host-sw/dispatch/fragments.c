/*
 * IP fragments of TCP segments. The driver reassembles them in its own memory. In the next step, when the
 * reassembled frame is stored in host memory, the driver treats it like any frame that no NIC has taken, except that it
 * never moves its connection. The fragments are reported as answered by the host; the reassembled frame has the frame
 * id of the fragment that completed it.
 */
#include "host-sw/dispatch/fragments.h"

#include "host-sw/conn/fate.h"
#include "host-sw/server/server.h"

#include "models/base/memory.h"

#include "models/wire/checksum.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { PROTOCOL_TCP = 6 };

bool fragments_init(struct host_sw *sw)
{
    if (sw->params.fragment_datagrams == 0)
        return true;
    struct ip_reassembly_params params = {.datagrams_max = sw->params.fragment_datagrams,
                                          .bytes_max = FRAME_BYTES_MAX,
                                          .timeout = sw->params.fragment_timeout_ps};
    sw->fragments.reassembly = ip_reassembly_create(&params);
    return sw->fragments.reassembly != NULL;
}

void fragments_free(struct host_sw *sw)
{
    ip_reassembly_destroy(sw->fragments.reassembly);
    free(sw->fragments.frames);
}

static enum drop_reason reason_of(enum ip_reassembly_verdict verdict)
{
    switch (verdict) {
    case IP_REASSEMBLY_MALFORMED:
        return DROP_MALFORMED;
    case IP_REASSEMBLY_OVERLAP:
        return DROP_FRAGMENT_OVERLAP;
    case IP_REASSEMBLY_FULL:
        return DROP_FRAGMENT_FULL;
    case IP_REASSEMBLY_COPY:
    case IP_REASSEMBLY_HELD:
    case IP_REASSEMBLY_COMPLETE:
        break;
    }
    return DROP_NONE;
}

/* Copies the reassembled frame into a buffer of its own, to be examined in the next step. Returns false if no buffer is
 * left. */
static bool keep_reassembled(struct host_sw *sw, const struct dir_frame *last)
{
    uint8_t *bytes = sw->tcp.frame->data; /* the host's TCP is not building a frame now */
    struct packet packet;
    uint32_t len = ip_reassembly_take(sw->fragments.reassembly, bytes, FRAME_BYTES_MAX);
    uint64_t buffer = len ? buffer_pool_take(&sw->pool) : 0;
    if (buffer == 0)
        return false;
    sw->bus.ops->mem_write(sw->bus.self, buffer, bytes, len);
    /* The host verifies the checksums, because a NIC cannot verify a segment that arrives in fragments. */
    packet_parse(bytes, len, true, &packet);
    server_charge(sw, CPU_COST_COPY_64, ceil_div(len, 64));
    if (sw->fragments.count == sw->fragments.capacity) {
        sw->fragments.capacity = sw->fragments.capacity ? 2 * sw->fragments.capacity : 16;
        sw->fragments.frames =
            realloc(sw->fragments.frames, sw->fragments.capacity * sizeof *sw->fragments.frames);
        memory_check(sw->fragments.frames);
    }
    sw->fragments.frames[sw->fragments.count++] =
        (struct reassembled_frame){.frame = {.buffer = buffer,
                                             .mac_time_ps = last->mac_time_ps,
                                             .frame_id = last->frame_id,
                                             .bytes = len,
                                             .port = last->port},
                                   .checksums_ok = packet.ip_checksum_ok && packet.tcp_checksum_ok};
    return true;
}

void fragments_input(struct host_sw *sw, const struct dir_frame *frame, const uint8_t *bytes,
                     const struct packet *packet)
{
    const uint8_t *ours = packet->ip_version == 4 ? sw->params.ipv4 : sw->params.ipv6;
    if (!sw->fragments.reassembly ||
        ip_fragment_protocol(bytes, frame->bytes, packet) != PROTOCOL_TCP) {
        fate_drop(sw, frame, PROBE_NO_CONN, DROP_NOT_TCP);
        return;
    }
    if (memcmp(packet->dst, ours, 16) != 0) {
        fate_drop(sw, frame, PROBE_NO_CONN, DROP_NOT_OURS);
        return;
    }
    server_charge(sw, CPU_COST_COPY_64, ceil_div(frame->bytes, 64));
    enum ip_reassembly_verdict verdict =
        ip_reassembly_add(sw->fragments.reassembly, bytes, frame->bytes, packet, server_now(sw));
    enum drop_reason reason = reason_of(verdict);
    bool is_kept = verdict == IP_REASSEMBLY_COMPLETE && keep_reassembled(sw, frame);
    sw->fragments.next_ps = ip_reassembly_next(sw->fragments.reassembly);
    if (is_kept)
        return; /* the reassembled frame has the same id, and is reported when it is examined */
    if (verdict == IP_REASSEMBLY_COMPLETE)
        reason = DROP_NO_RESOURCE;
    if (reason == DROP_NONE)
        fate_answered(sw, frame);
    else
        fate_drop(sw, frame, PROBE_NO_CONN, reason);
}

bool fragments_run(struct host_sw *sw, frame_examiner *examine)
{
    uint32_t count = sw->fragments.count;
    for (uint32_t i = 0; i < count; i++) {
        struct reassembled_frame reassembled = sw->fragments.frames[i];
        struct nic_record record = {.nic = reassembled.frame.port,
                                    .verdict = NIC_VERDICT_NOT_MINE,
                                    .flags =
                                        reassembled.checksums_ok
                                            ? (uint8_t)(NIC_RECORD_IS_TCP | NIC_RECORD_CHECKSUMS_OK)
                                            : (uint8_t)NIC_RECORD_IS_TCP,
                                    .bytes = reassembled.frame.bytes,
                                    .mac_time_ps = reassembled.frame.mac_time_ps,
                                    .frame_id = reassembled.frame.frame_id};
        examine(sw, &reassembled.frame, &record);
        buffer_pool_unref(&sw->pool, reassembled.frame.buffer);
    }
    sw->fragments.count = 0;
    if (sw->fragments.next_ps <= server_now(sw)) {
        ip_reassembly_expire(sw->fragments.reassembly, server_now(sw));
        sw->fragments.next_ps = ip_reassembly_next(sw->fragments.reassembly);
    }
    return count > 0;
}
