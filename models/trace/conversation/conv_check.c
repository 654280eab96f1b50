#include "models/trace/conversation/conv_check.h"
#include "models/trace/capture/capture_access.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { PART_BYTES = 4096 };

void conv_check_init(struct conv_check *check, const struct capture *capture,
                     const struct conversation *cap, const struct flow_key *key)
{
    *check = (struct conv_check){
        .capture = capture, .cap = cap, .partial = cap->partial, .result.key = *key};
}

static void explain(struct conv_check *check, const char *format, va_list args)
{
    (void)vsnprintf(check->result.why, sizeof check->result.why, format, args);
}

void conv_check_damage(struct conv_check *check, const char *format, ...)
{
    if (check->damaged)
        return;
    check->damaged = true;
    va_list args;
    va_start(args, format);
    explain(check, format, args);
    va_end(args);
}

void conv_check_stall(struct conv_check *check, const char *format, ...)
{
    check->stalled = true;
    if (check->damaged)
        return;
    va_list args;
    va_start(args, format);
    explain(check, format, args);
    va_end(args);
}

/* Compares bytes with those of a captured stream from this offset on, and reports the first difference as damage. */
static void compare(struct conv_check *check, enum capture_side side, uint64_t offset,
                    const uint8_t *bytes, uint32_t len)
{
    uint8_t captured[PART_BYTES];
    for (uint32_t done = 0, part; done < len; done += part) {
        part = len - done < PART_BYTES ? len - done : PART_BYTES;
        capture_stream(check->capture, check->cap, side, offset + done, captured, part);
        if (memcmp(bytes + done, captured, part) == 0)
            continue;
        uint32_t i = 0;
        while (bytes[done + i] == captured[i])
            i++;
        conv_check_damage(check, "byte %" PRIu64 " to the %s is %02x, captured was %02x",
                          offset + done + i, side == CAPTURE_SERVER ? "client" : "server",
                          bytes[done + i], captured[i]);
        return;
    }
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
    compare(check, CAPTURE_SERVER, at, bytes, len);
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
        compare(check, CAPTURE_CLIENT, offset, bytes, len);
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

bool conv_check_is_settled(const struct conv_check *check)
{
    return check->partial != PARTIAL_NONE || check->damaged || conv_check_all_delivered(check);
}

void conv_check_refuse(struct conv_check *check, enum outcome reason, const char *why)
{
    assert(outcome_is_partial(reason));
    check->partial = reason;
    check->done = true;
    (void)snprintf(check->result.why, sizeof check->result.why, "%s", why);
}

void conv_check_judge(struct conv_check *check, struct replay_stats *stats)
{
    struct outcome_facts facts = {
        .partial = check->partial,
        .damaged = check->damaged,
        .ended = check->result.ended,
        .delivered = conv_check_all_delivered(check),
        .stalled = check->stalled,
    };
    assert(check->result.outcome == OUTCOME_OPEN);
    check->result.outcome = outcome_decide(&facts);
    outcome_count(&stats->outcomes, check->result.outcome);
}
