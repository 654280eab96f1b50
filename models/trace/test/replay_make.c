#include "models/trace/test/replay_make.h"

#include "models/trace/endpoint/endpoint_peer.h"
#include "models/trace/replay/replay_peer.h"
#include "models/wire/packet.h"

#include <assert.h>

enum { MTU = 1500 };

struct replay_side replay_side_make(bool endpoint, const struct replay_params *params,
                                    const struct capture *capture, struct frame_pool *pool,
                                    struct frame_sink uplink)
{
    if (endpoint) {
        struct endpoint_peer *peer = endpoint_peer_create(params, MTU, capture, pool, uplink, NULL);
        assert(peer);
        return endpoint_peer_side(peer);
    }
    struct replay_peer *peer = replay_peer_create(params, capture, pool, uplink, NULL, NULL);
    assert(peer);
    return replay_peer_side(peer);
}

struct replay_params replay_params_make(void)
{
    struct replay_params params;
    replay_params_default(&params);
    params.team_mac[0] = 2;
    params.team_mac[5] = 1;
    ip_addr_from_v4(params.team_ipv4, 0x0a000001);
    params.team_ipv6[0] = 0xfd;
    params.team_ipv6[15] = 1;
    params.start_ps = PS_PER_MS;
    return params;
}

void capture_write_download(struct capture_writer *w, uint32_t bytes)
{
    static uint8_t payload[1000];
    capture_writer_handshake(w);
    capture_writer_tcp(w, false, WRITER_C, WRITER_S, TCP_PSH | TCP_ACK, "GET", 3);
    for (uint32_t at = 0; at < bytes; at += 1000) {
        for (uint32_t i = 0; i < sizeof payload; i++)
            payload[i] = (uint8_t)((at + i) * 7 >> 3);
        capture_writer_tcp(w, true, WRITER_S + at, WRITER_C + 3, TCP_PSH | TCP_ACK, payload, 1000);
        if (at / 1000 % 16 == 15 || at + 1000 >= bytes)
            capture_writer_tcp(w, false, WRITER_C + 3, WRITER_S + at + 1000, TCP_ACK, NULL, 0);
    }
    capture_writer_fins(w, 3, bytes);
}

struct capture *capture_make(struct capture_writer *w)
{
    struct capture_params params;
    struct error err = {0};
    capture_params_default(&params);
    capture_writer_close(w);
    struct capture *capture = capture_load(w->path, &params, &err);
    assert(capture);
    capture_writer_remove(w);
    return capture;
}
