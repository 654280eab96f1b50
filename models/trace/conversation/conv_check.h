/* Checks every byte of a replayed conversation and decides its outcome. Both replay modes use it. */
#ifndef TOESIM_TRACE_CONV_CHECK_H
#define TOESIM_TRACE_CONV_CHECK_H

#include "models/trace/replay/replay_side.h"

struct conv_check {
    const struct capture *capture;
    const struct conversation *cap;
    struct conv_result result;
    enum outcome partial; /* the value of the capture, or why it was not played */
    bool damaged;         /* result.why says how */
    bool stalled;         /* given up after the stall limit */
    bool done;            /* no longer played; bytes that still arrive are checked */
};

/* Begins the judgement of one conversation. */
void conv_check_init(struct conv_check *check, const struct capture *capture,
                     const struct conversation *cap, const struct flow_key *key);

/* Records damage. Only the first finding is kept, because it usually explains the others. */
void conv_check_damage(struct conv_check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Records that the conversation has stalled. The text says what it waited for; it is dropped if damage was reported
 * before. */
void conv_check_stall(struct conv_check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Checks bytes [offset, offset + len) of the server's stream that arrived, including retransmitted ones. Bytes before
 * offset 0 are skipped. */
void conv_check_server_bytes(struct conv_check *check, int64_t offset, const uint8_t *bytes,
                             uint32_t len);

/* Checks that the server's stream may end after so many bytes. */
void conv_check_server_fin(struct conv_check *check, uint64_t bytes);

/* Records that so many bytes of the server's stream have arrived in order. */
void conv_check_arrived(struct conv_check *check, struct replay_stats *stats, uint64_t bytes);

/* Checks bytes [offset, offset + len) of the client's stream that the application took. Returns true if new bytes are
 * among them. */
bool conv_check_app_bytes(struct conv_check *check, struct replay_stats *stats, uint64_t offset,
                          const uint8_t *bytes, uint32_t len);

/* Returns true if all bytes that are acknowledged in the capture were delivered in both directions. */
bool conv_check_all_delivered(const struct conv_check *check);
/* Records damage if some of these bytes were not delivered. */
void conv_check_missing(struct conv_check *check);

/* Returns true if further waiting cannot change the outcome, provided that the transport has ended. */
bool conv_check_is_settled(const struct conv_check *check);
/* Marks a conversation as partial for a reason that lies outside the capture, so that it is not played. */
void conv_check_refuse(struct conv_check *check, enum outcome reason, const char *why);
/* Decides the outcome and counts it. It is called once for each conversation, at the end of the run. */
void conv_check_judge(struct conv_check *check, struct replay_stats *stats);

#endif
