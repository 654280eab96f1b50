#include "models/mac/test/mac_pair.h"

#include <assert.h>

void mac_pair_init(struct mac_pair *net)
{
    mac_params_default(&net->params);
    probe_init(&net->probe);
}

void mac_pair_open(struct mac_pair *net)
{
    static const uint8_t station[6] = {2, 0, 0, 0, 0, 0xa};
    net->pool = frame_pool_create(4000);
    frame_log_init(&net->at_a, net->pool);
    frame_log_init(&net->at_b, net->pool);
    net->a = mac_create(&net->params, 0, station, frame_log_sink(&net->at_a), net->pool, NULL,
                        &net->probe);
    net->b = mac_create(&net->params, -1, NULL, frame_log_sink(&net->at_b), net->pool, NULL, NULL);
    mac_connect(net->a, net->b);
    mac_connect(net->b, net->a);
    stage_loop_init(&net->loop);
    stage_loop_add(&net->loop, mac_stage(net->a, "a"));
    stage_loop_add(&net->loop, mac_stage(net->b, "b"));
}

void mac_pair_close(struct mac_pair *net)
{
    mac_destroy(net->a);
    mac_destroy(net->b);
    assert(frame_pool_in_use(net->pool) == 0);
    frame_pool_destroy(net->pool);
}

void mac_pair_send_frame(struct mac_pair *net, struct mac *mac, struct frame *frame)
{
    struct frame_sink sink = mac_tx_sink(mac);
    frame_sink_accept(&sink, frame, net->loop.now_ps);
}

uint64_t mac_pair_send(struct mac_pair *net, struct mac *mac, uint32_t len)
{
    struct frame *frame = frame_log_make(net->pool, len, net->loop.now_ps);
    uint64_t id = frame->id;
    mac_pair_send_frame(net, mac, frame);
    return id;
}

void mac_pair_run(struct mac_pair *net, uint64_t until_ps) { stage_loop_run(&net->loop, until_ps); }

uint64_t mac_pair_drops(const struct mac *mac, enum drop_reason reason)
{
    return mac_get_stats(mac)->drops.count[reason];
}
