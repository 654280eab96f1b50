#include "models/trace/capture/capture.h"

#include "models/base/frame.h"
#include "models/base/units.h"
#include "models/trace/capture/capture_access.h"
#include "models/trace/capture/capture_decap.h"
#include "models/trace/capture/capture_file.h"
#include "models/trace/capture/capture_link.h"
#include "models/trace/capture/capture_pvt.h"
#include "models/trace/conversation/conversation.h"
#include "models/trace/conversation/segment/segment_options.h"
#include "models/trace/conversation/timeline.h"
#include "models/trace/conversation/tracker.h"
#include "models/trace/conversation/tracker_join.h"
#include "models/trace/store/row_list.h"
#include "models/wire/bytes.h"
#include "models/wire/checksum.h"
#include "models/wire/ip_reassembly.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MTU_DEFAULT = 1500,
    MTU_MIN = 576,
    MTU_MAX = FRAME_MTU_MAX,
    TCP_CHECKSUM_AT = 16,
    IPV4_CHECKSUM_AT = 10,
    IPV6_HEADER_BYTES = 40,
    PROTOCOL_TCP = 6,
    FRAGMENT_DATAGRAMS = 64,
    PROGRESS_EVERY = 4096, /* records */
    CACHED_BLOCKS = 512,   /* of rows, while it is replayed */
};

#define FRAMES_MAX_DEFAULT UINT64_C(4000000000) /* their numbers have 32 bits */
#define BYTES_MAX_DEFAULT (UINT64_C(256) << 30)
#define FRAGMENT_TIMEOUT_NS UINT64_C(30000000000)

/* State that is needed only while a capture is loaded. */
struct loader {
    struct capture *capture;
    const struct capture_params *params;
    const char *path;
    struct tracker tracker;
    struct timeline timeline;
    const struct capture_record *record; /* the present one; null: put together */
    uint16_t interface;                  /* of the present record */
    uint64_t payload_bytes;
    int unknown_link; /* one of those seen */
    struct link_frame frame;
    struct capture_decap decap;
    struct ip_reassembly *fragments;
    uint64_t newest_ns;
};

void capture_params_default(struct capture_params *params)
{
    *params = (struct capture_params){
        .max_gap_ps = 10 * PS_PER_MS,
        .mtu_bytes = MTU_DEFAULT,
    };
}

/* Classifies the checksums of a frame. If the host leaves the TCP checksum to the adapter, the field holds the folded
 * sum of the pseudo header. This sum includes the length, except for segments that the adapter will split. An IPv4
 * checksum that is left to the adapter is 0. */
static enum raw_checksum checksum_class(const struct link_frame *frame, const struct packet *packet)
{
    uint32_t tcp_bytes = packet->ip_bytes - (packet->tcp_offset - packet->ip_offset);
    uint16_t tcp_field = be16_load(frame->bytes + packet->tcp_offset + TCP_CHECKSUM_AT);
    uint16_t ip_field = be16_load(frame->bytes + packet->ip_offset + IPV4_CHECKSUM_AT);
    bool ip_unfilled = !packet->ip_checksum_ok && (ip_field == 0 || frame->length_guessed);
    if (!packet->ip_checksum_ok && !ip_unfilled)
        return RAW_BAD;
    if (frame->captured < packet->ip_offset + packet->ip_bytes)
        return RAW_UNVERIFIED;
    if (packet->tcp_checksum_ok)
        return ip_unfilled ? RAW_UNFILLED : RAW_GOOD;
    for (int with_length = 0; with_length < 2; with_length++) {
        uint64_t sum = checksum_pseudo(packet->ip_version, packet->src, packet->dst,
                                       with_length ? tcp_bytes : 0);
        unsigned folded = UINT16_MAX - checksum_finish(sum); /* the complement, undone */
        if (tcp_field == folded)
            return RAW_UNFILLED;
    }
    return RAW_BAD;
}

/* Finds where options and payload are in the file. The position is counted from the end of the record, because headers
 * at its start may have been removed. Returns false if the bytes are not in the file in one piece, as after
 * reassembly. */
static bool find_bytes(const struct loader *loader, const uint8_t *bytes, uint32_t len,
                       uint32_t behind, uint64_t *at)
{
    const struct capture_record *record = loader->record;
    if (!record || record->at == CAPTURE_NOWHERE || record->captured < behind)
        return false;
    uint32_t before = record->captured - behind;
    *at = record->at + before;
    return memcmp(record->bytes + before, bytes, len) == 0;
}

/* Records where the options are; the payload follows them directly. The bytes are stored aside if the file does not
 * hold them in one piece. */
static bool keep_bytes(struct loader *loader, const struct packet *packet,
                       struct raw_segment *segment)
{
    const struct tcp_segment *seg = &packet->seg;
    uint32_t options_len = seg->header_len - (uint32_t)TCP_HEADER_MIN;
    const uint8_t *options = loader->frame.bytes + packet->tcp_offset + TCP_HEADER_MIN;
    segment->options_len = (uint8_t)options_len;
    segment_reports_read(options, options_len, &segment->reports);
    segment->payload_len = seg->payload_len;
    uint32_t payload_offset = packet->tcp_offset + seg->header_len;
    uint32_t known = loader->frame.captured - payload_offset;
    segment->payload_captured = u32_min(known, seg->payload_len);
    loader->payload_bytes += seg->payload_len;
    uint32_t len = options_len + segment->payload_captured;
    uint64_t at;
    if (!find_bytes(loader, options, len, options_len + known, &at) &&
        !payload_keep(&loader->capture->store, options, len, &at))
        return false;
    segment->payload_at = at + options_len;
    return true;
}

/* Counts a record that is left out. Returns true, because the record has been handled. */
static bool leave_out(struct loader *loader, enum left_out reason)
{
    loader->capture->stats.left_out[reason]++;
    return true;
}

static bool add_tcp(struct loader *loader, const struct packet *packet, uint64_t time_ns)
{
    struct capture_stats *stats = &loader->capture->stats;
    const struct tcp_segment *seg = &packet->seg;
    if (loader->frame.captured < packet->tcp_offset + seg->header_len)
        return leave_out(loader, LEFT_OUT_CUT_HEADER); /* its options are unknown */
    uint16_t vlan = vlan_map_index(&loader->tracker.vlans, packet, loader->frame.tunnel);
    if (vlan == VLAN_MAP_FULL)
        return leave_out(loader, LEFT_OUT_VLANS);
    struct raw_segment segment = {
        .time_ns = time_ns,
        .time_ps = timeline_add(&loader->timeline, time_ns, loader->params->max_gap_ps, stats),
        .seq = seg->seq,
        .ack = seg->ack,
        .flags = seg->flags,
        .window = seg->window,
        .urgent = seg->urgent,
        .ttl = packet->ttl,
        .interface = loader->interface,
        .checksum = (uint8_t)checksum_class(&loader->frame, packet),
    };
    if (!keep_bytes(loader, packet, &segment))
        return false;
    stats->snap_cut += segment.payload_captured < segment.payload_len;
    return tracker_add(&loader->tracker, packet, vlan, &segment);
}

/* Adds the TCP segment of a datagram whose last missing fragment has just arrived. */
static bool add_reassembled(struct loader *loader, uint64_t time_ns)
{
    struct link_frame *frame = &loader->frame;
    struct capture_stats *stats = &loader->capture->stats;
    struct packet packet;
    uint32_t before = ip_reassembly_pieces(loader->fragments) - 1;
    frame->len = frame->captured =
        ip_reassembly_take(loader->fragments, frame->bytes, sizeof frame->bytes);
    frame->length_guessed = false;
    loader->record = NULL;
    packet_parse(frame->bytes, frame->len, true, &packet);
    assert(stats->left_out[LEFT_OUT_FRAGMENT] >= before);
    stats->left_out[LEFT_OUT_FRAGMENT] -= before;
    if (packet.kind != PACKET_TCP) {
        stats->left_out[LEFT_OUT_MALFORMED] += before;
        return leave_out(loader, LEFT_OUT_MALFORMED);
    }
    stats->joined += before;
    stats->reassembled++;
    return add_tcp(loader, &packet, time_ns);
}

/* Adds a fragment. The segment itself is added when its last missing fragment arrives. */
static bool add_fragment(struct loader *loader, const struct packet *packet, uint64_t time_ns)
{
    struct link_frame *frame = &loader->frame;
    loader->capture->stats.fragments++;
    loader->newest_ns = u64_max(loader->newest_ns, time_ns);
    uint8_t protocol = ip_fragment_protocol(frame->bytes, frame->len, packet);
    if (protocol != 0 && protocol != PROTOCOL_TCP)
        return leave_out(loader, LEFT_OUT_NOT_TCP);
    if (frame->captured == frame->len &&
        ip_reassembly_add(loader->fragments, frame->bytes, frame->len, packet, loader->newest_ns) ==
            IP_REASSEMBLY_COMPLETE)
        return add_reassembled(loader, time_ns);
    return leave_out(loader, LEFT_OUT_FRAGMENT);
}

/* Returns why a malformed packet is left out. If the snap length cut the headers, the missing bytes are zero and only
 * seem to contradict the other fields. */
static enum left_out why_malformed(const struct link_frame *frame, const struct packet *packet)
{
    uint32_t headers = packet->tcp_offset ? packet->tcp_offset + TCP_HEADER_MIN
                                          : packet->ip_offset + IPV6_HEADER_BYTES;
    bool cut = frame->captured < frame->len && frame->captured < headers;
    return cut ? LEFT_OUT_CUT_HEADER : LEFT_OUT_MALFORMED;
}

static bool add_packet(struct loader *loader, const struct packet *packet, uint64_t time_ns)
{
    switch (packet->kind) {
    case PACKET_TCP:
        return add_tcp(loader, packet, time_ns);
    case PACKET_FRAGMENT:
        return add_fragment(loader, packet, time_ns);
    case PACKET_MALFORMED:
        return leave_out(loader, why_malformed(&loader->frame, packet));
    case PACKET_OTHER:
        break;
    }
    return leave_out(loader, LEFT_OUT_NOT_TCP);
}

static bool add_record(struct loader *loader, const struct capture_record *record)
{
    loader->interface = (uint16_t)record->interface;
    loader->record = record;
    if (loader->capture->ports.of[record->interface].left_out)
        return leave_out(loader, LEFT_OUT_OTHER_INTERFACE);
    if (!capture_link_is_known(record->link)) {
        loader->unknown_link = record->link;
        return leave_out(loader, LEFT_OUT_UNKNOWN_LINK);
    }
    if (!capture_link_frame(record->link, record->bytes, record->captured, record->length,
                            &loader->frame))
        return leave_out(loader, record->captured < record->length ? LEFT_OUT_CUT_HEADER
                                                                   : LEFT_OUT_MALFORMED);
    enum left_out why;
    if (!capture_decap(&loader->decap, &loader->frame, &why))
        return leave_out(loader, why);
    struct packet packet;
    packet_parse(loader->frame.bytes, loader->frame.len, true, &packet);
    return add_packet(loader, &packet, record->time_ns);
}

/* Reports that memory is short, unless a disk error explains the failure. */
static enum status out_of_memory(const struct loader *loader, struct error *err)
{
    if (payload_trouble(&loader->capture->store, err) != STATUS_OK ||
        tracker_trouble(&loader->tracker, err) != STATUS_OK)
        return STATUS_ENVIRONMENT;
    return error_set(err, STATUS_ENVIRONMENT, "%s: out of memory", loader->path);
}

static enum status bounds_check(const struct loader *loader, struct error *err)
{
    const struct capture_params *params = loader->params;
    uint64_t frames_max = params->frames_max ? params->frames_max : FRAMES_MAX_DEFAULT;
    uint64_t bytes_max = params->bytes_max ? params->bytes_max : BYTES_MAX_DEFAULT;
    if (loader->capture->stats.records > frames_max)
        return error_set(err, STATUS_BAD_INPUT, "%s: more than %" PRIu64 " records", loader->path,
                         frames_max);
    if (loader->payload_bytes > bytes_max)
        return error_set(err, STATUS_BAD_INPUT, "%s: more than %" PRIu64 " bytes of payload",
                         loader->path, bytes_max);
    return STATUS_OK;
}

static void learn_interfaces(struct loader *loader, const struct capture_file *file)
{
    struct capture_ports *ports = &loader->capture->ports;
    while (ports->count < capture_file_interface_count(file))
        capture_ports_add(ports, ports->count, capture_file_interface_name(file, ports->count),
                          loader->params->interfaces);
}

/* Reports the progress of reading and returns an error if the reading was interrupted. It is called every
 * PROGRESS_EVERY records. */
static enum status look_up(const struct loader *loader, struct error *err)
{
    const struct capture_params *params = loader->params;
    uint64_t total = 0, done = capture_source_stored(loader->capture->store.source, &total);
    if (params->on_progress)
        params->on_progress(params->progress_self, CAPTURE_READING, done, total);
    if (params->stop && *params->stop)
        return error_set(err, STATUS_FAILED, "%s: reading was interrupted", loader->path);
    return STATUS_OK;
}

static enum status read_records(struct loader *loader, struct capture_file *file, struct error *err)
{
    struct capture_stats *stats = &loader->capture->stats;
    struct capture_record record;
    enum capture_file_state state;
    while ((state = capture_file_next(file, &record)) == CAPTURE_RECORD) {
        stats->records++;
        learn_interfaces(loader, file);
        if (stats->records % PROGRESS_EVERY == 0 && look_up(loader, err) != STATUS_OK)
            return STATUS_ENVIRONMENT;
        if (bounds_check(loader, err) != STATUS_OK)
            return err ? err->status : STATUS_BAD_INPUT;
        if (!add_record(loader, &record))
            return out_of_memory(loader, err);
    }
    learn_interfaces(loader, file);
    if (stats->records && stats->left_out[LEFT_OUT_UNKNOWN_LINK] == stats->records)
        return capture_file_link_error(loader->path, loader->unknown_link, err);
    if (state == CAPTURE_DAMAGED) {
        stats->damaged_record = stats->records + 1;
        snprintf(stats->damage, sizeof stats->damage, "%s", capture_file_damage(file));
    }
    return STATUS_OK;
}

static bool go_on_deciding(void *self, uint64_t done, uint64_t total)
{
    const struct capture_params *params = self;
    if (params->on_progress)
        params->on_progress(params->progress_self, CAPTURE_DECIDING, done, total);
    return !params->stop || !*params->stop;
}

/* Reports why the decision about the conversations was not completed. */
static enum status not_decided(const struct loader *loader, struct error *err)
{
    const struct capture_params *params = loader->params;
    if (params->stop && *params->stop)
        return error_set(err, STATUS_FAILED, "%s: reading was interrupted", loader->path);
    return out_of_memory(loader, err);
}

static bool build_tuple(struct conversation_builder *builder, size_t number)
{
    const struct raw_tuple *there = tracker_tuple(builder->tracker, number, false);
    if (!there)
        return false;
    struct raw_tuple tuple = *there;
    return conversation_build_tuple(builder, &tuple);
}

static enum status build_conversations(struct loader *loader, struct error *err)
{
    struct capture *capture = loader->capture;
    struct tracker *tracker = &loader->tracker;
    struct view_watch watch = {go_on_deciding, (void *)loader->params};
    struct conversation_builder builder = {
        .store = &capture->store,
        .ports = &capture->ports,
        .tracker = tracker,
        .built = capture->conversations,
        .window = view_window_create(tracker, &capture->store, &watch, tracker->segment_count),
        .mtu_bytes = loader->params->mtu_bytes};
    bool ok = builder.window != NULL;
    for (size_t i = 0; ok && i < tracker->tuple_count; i++)
        ok = build_tuple(&builder, i);
    ok = ok && conv_list_end(capture->conversations);
    capture->stats.split_segments = builder.split_segments;
    capture->stats.ignored_segments = builder.ignored_segments;
    capture->stats.used = builder.used_segments;
    capture->stats.left_out[LEFT_OUT_NO_HANDSHAKE] = builder.unused_segments;
    capture->stats.first_pass_bytes = segment_rows_capacity(tracker->segments);
    if (builder.window) {
        capture->stats.first_pass_bytes +=
            view_window_bytes(builder.window) + view_window_piece_bytes(builder.window);
        capture->stats.index_bytes = view_window_fixed_bytes(builder.window) +
                                     tracker_memory_bytes(tracker) +
                                     conv_list_bytes(capture->conversations);
    }
    capture->stats.conversation_bytes =
        tracker_stored_bytes(tracker) + conv_list_stored_bytes(capture->conversations);
    capture->stats.second_pass_bytes = spill_bytes(capture->store.kept);
    conversation_builder_free(&builder);
    return ok ? STATUS_OK : not_decided(loader, err);
}

static enum status assign_ports(struct loader *loader, struct error *err)
{
    struct capture *capture = loader->capture;
    capture->captured_ports = loader->params->captured_ports;
    if (!capture->captured_ports)
        return STATUS_OK;
    return capture_ports_assign(&capture->ports, loader->path, loader->params->port_of, err);
}

static enum status load(struct loader *loader, struct error *err)
{
    struct capture_stats *stats = &loader->capture->stats;
    struct payload_store *store = &loader->capture->store;
    store->source =
        capture_source_open(loader->path,
                            &(struct capture_source_params){.stop = loader->params->stop,
                                                            .copy_fd = loader->params->copy_fd,
                                                            .copied = loader->params->copied},
                            err);
    store->aside = spill_create(spill_memory_default() / 8);
    store->kept = spill_create(spill_memory_default() / 8 * 3);
    if (store->kept)
        store->rows = row_cache_create(store->kept, CACHED_BLOCKS);
    struct capture *capture = loader->capture;
    capture->conversations = conv_list_create(store->kept);
    capture->near = calloc(CAPTURE_NEAR, sizeof *capture->near);
    if (!store->source || !store->aside || !store->rows || !capture->conversations ||
        !capture->near)
        return store->source ? out_of_memory(loader, err) : STATUS_BAD_INPUT;
    struct capture_file *file = capture_file_open(store->source, loader->path, err);
    if (!file)
        return STATUS_BAD_INPUT;
    enum status status = read_records(loader, file, err);
    capture_file_close(file);
    if (status != STATUS_OK)
        return status;
    struct tracker *tracker = &loader->tracker;
    tracker_seal(tracker);
    uint64_t *bad_checksums = &stats->left_out[LEFT_OUT_BAD_CHECKSUM];
    if (!tracker_join_vlans(tracker) ||
        !tracker_count_checksums(tracker, &stats->repaired_checksums, bad_checksums))
        return out_of_memory(loader, err);
    stats->tcp_segments = tracker->segment_count - *bad_checksums;
    vlan_map_assign(&tracker->vlans);
    stats->vlan_stacks = tracker->vlans.tagged;
    status = build_conversations(loader, err);
    assert(status != STATUS_OK ||
           stats->used + stats->joined + capture_left_out_total(stats) == stats->records);
    if (status == STATUS_OK)
        status = capture_ports_check(&loader->capture->ports, loader->path,
                                     loader->params->interfaces, err);
    return status == STATUS_OK ? assign_ports(loader, err) : status;
}

struct capture *capture_load(const char *path, const struct capture_params *params,
                             struct error *err)
{
    assert(params->mtu_bytes >= MTU_MIN && params->mtu_bytes <= MTU_MAX);
    struct capture *capture = calloc(1, sizeof *capture);
    struct loader *loader = calloc(1, sizeof *loader);
    struct ip_reassembly_params fragments = {.datagrams_max = FRAGMENT_DATAGRAMS,
                                             .bytes_max = IP_DATAGRAM_BYTES_MAX,
                                             .timeout = FRAGMENT_TIMEOUT_NS};
    if (loader)
        loader->fragments = ip_reassembly_create(&fragments);
    if (!capture || !loader || !loader->fragments) {
        error_set(err, STATUS_ENVIRONMENT, "%s: out of memory", path);
        free(capture);
        if (loader)
            ip_reassembly_destroy(loader->fragments);
        free(loader);
        return NULL;
    }
    loader->capture = capture;
    loader->params = params;
    loader->decap.open = params->decap;
    loader->path = path;
    bool ready = tracker_init(&loader->tracker);
    if (!ready)
        error_set(err, STATUS_ENVIRONMENT, "%s: out of memory", path);
    if (!ready || load(loader, err) != STATUS_OK) {
        capture_destroy(capture);
        capture = NULL;
    }
    tracker_free(&loader->tracker);
    ip_reassembly_destroy(loader->fragments);
    free(loader);
    return capture;
}

void capture_destroy(struct capture *capture)
{
    if (!capture)
        return;
    conv_list_destroy(capture->conversations);
    free(capture->near);
    capture_source_close(capture->store.source);
    row_cache_destroy(capture->store.rows);
    spill_destroy(capture->store.aside);
    spill_destroy(capture->store.kept);
    free(capture);
}
