#include "models/trace/conv_check.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void conv_check_init(struct conv_check *check, const struct conversation *cap,
                     const struct flow_key *key, struct replay_stats *stats)
{
    *check = (struct conv_check){.cap = cap, .result.key = *key};
    stats->total++;
    stats->complete += cap->partial == PARTIAL_NONE;
    stats->partial[cap->partial]++;
}

void conv_check_damage(struct conv_check *check, const char *format, ...)
{
    if (check->damaged)
        return;
    check->damaged = true;
    va_list args;
    va_start(args, format);
    vsnprintf(check->result.why, sizeof check->result.why, format, args);
    va_end(args);
}

static uint64_t first_difference(const uint8_t *a, const uint8_t *b, uint64_t len)
{
    uint64_t i = 0;
    while (i < len && a[i] == b[i])
        i++;
    return i;
}

void conv_check_server_bytes(struct conv_check *check, int64_t offset, const uint8_t *bytes,
                             uint32_t len)
{
    const struct conversation *cap = check->cap;
    if (offset < 0) {
        uint64_t before = (uint64_t)-offset;
        if (before >= len)
            return;
        bytes += before;
        len -= (uint32_t)before;
        offset = 0;
    }
    uint64_t at = (uint64_t)offset;
    if (at + len > cap->server_bytes) {
        conv_check_damage(check, "the server sent up to byte %" PRIu64 ", the capture has %" PRIu64,
                          at + len, cap->server_bytes);
        len = at < cap->server_bytes ? (uint32_t)(cap->server_bytes - at) : 0;
    }
    if (len == 0 || memcmp(bytes, cap->server_stream + at, len) == 0)
        return;
    uint64_t i = first_difference(bytes, cap->server_stream + at, len);
    conv_check_damage(check, "byte %" PRIu64 " to the client is %02x, captured was %02x", at + i,
                      bytes[i], cap->server_stream[at + i]);
}

void conv_check_server_fin(struct conv_check *check, uint64_t bytes)
{
    const struct conversation *cap = check->cap;
    if (!cap->server_fin)
        conv_check_damage(check, "the server closed its side, in the capture it did not");
    else if (bytes != cap->server_bytes)
        conv_check_damage(check, "the server closed after byte %" PRIu64 " of %" PRIu64, bytes,
                          cap->server_bytes);
}

void conv_check_arrived(struct conv_check *check, struct replay_stats *stats, uint64_t bytes)
{
    if (bytes > check->cap->server_bytes)
        bytes = check->cap->server_bytes;
    assert(bytes >= check->result.bytes_to_client);
    stats->bytes_to_client += bytes - check->result.bytes_to_client;
    check->result.bytes_to_client = bytes;
}

bool conv_check_app_bytes(struct conv_check *check, struct replay_stats *stats, uint64_t offset,
                          const uint8_t *bytes, uint32_t len)
{
    const struct conversation *cap = check->cap;
    uint64_t expected = check->result.bytes_to_server;
    if (offset != expected) {
        conv_check_damage(check, "the application got byte %" PRIu64 " %s", offset,
                          offset < expected ? "twice" : "after a hole");
    } else if (offset + len > cap->client_bytes) {
        conv_check_damage(check, "the application got %" PRIu64 " bytes, the capture has %" PRIu64,
                          offset + len, cap->client_bytes);
    } else {
        uint64_t i = first_difference(bytes, cap->client_stream + offset, len);
        if (i < len)
            conv_check_damage(check, "byte %" PRIu64 " to the server is %02x, captured was %02x",
                              offset + i, bytes[i], cap->client_stream[offset + i]);
    }
    if (offset + len <= expected)
        return false;
    stats->bytes_to_server += offset + len - expected;
    check->result.bytes_to_server = offset + len;
    return true;
}

bool conv_check_all_delivered(const struct conv_check *check)
{
    return check->result.bytes_to_server >= check->cap->client_acked &&
           check->result.bytes_to_client >= check->cap->server_acked;
}

void conv_check_missing(struct conv_check *check)
{
    const struct conv_result *r = &check->result;
    if (r->bytes_to_client < check->cap->server_acked)
        conv_check_damage(check, "%" PRIu64 " of %" PRIu64 " bytes reached the client",
                          r->bytes_to_client, check->cap->server_acked);
    else if (r->bytes_to_server < check->cap->client_acked)
        conv_check_damage(check, "%" PRIu64 " of %" PRIu64 " bytes reached the application",
                          r->bytes_to_server, check->cap->client_acked);
}

void conv_check_close(struct conv_check *check, struct replay_stats *stats,
                      enum conv_outcome outcome)
{
    assert(!check->done);
    check->done = true;
    check->result.outcome = outcome;
    stats->intact += outcome == CONV_INTACT;
    stats->damaged += outcome == CONV_DAMAGED || outcome == CONV_STALLED;
    stats->stalled += outcome == CONV_STALLED;
}

void conv_check_refuse(struct conv_check *check, struct replay_stats *stats,
                       enum partial_reason reason, const char *why)
{
    if (check->cap->partial != PARTIAL_NONE)
        stats->partial[check->cap->partial]--;
    else
        stats->complete--;
    stats->partial[reason]++;
    snprintf(check->result.why, sizeof check->result.why, "%s", why);
    conv_check_close(check, stats, CONV_PARTIAL);
}
