/* Is every byte of a replayed conversation right? Both modes of replay judge with this. */
#ifndef TOESIM_TRACE_CONV_CHECK_H
#define TOESIM_TRACE_CONV_CHECK_H

#include "models/trace/replay/replay_side.h"

struct conv_check {
    const struct capture *capture;
    const struct conversation *cap;
    struct conv_result result;
    enum outcome partial; /* as the capture has it, or why it was not played after all */
    bool damaged;         /* result.why says how */
    bool stalled;         /* given up after the stall limit */
    bool done;            /* no longer played; bytes that come yet are still checked */
};

/* Begins the judgement of one conversation. */
void conv_check_init(struct conv_check *check, const struct capture *capture,
                     const struct conversation *cap, const struct flow_key *key);

/* The first finding counts: it explains the others. */
void conv_check_damage(struct conv_check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Nothing moves any more; the words say what was waited for, unless damage has said more. */
void conv_check_stall(struct conv_check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Bytes [offset, offset + len) of the server's stream arrived, repetitions included; what lies
 * before offset 0 is left out. */
void conv_check_server_bytes(struct conv_check *check, int64_t offset, const uint8_t *bytes,
                             uint32_t len);

/* The server's stream ended after so many bytes. */
void conv_check_server_fin(struct conv_check *check, uint64_t bytes);

/* So many bytes of the server's stream have arrived in order. */
void conv_check_arrived(struct conv_check *check, struct replay_stats *stats, uint64_t bytes);

/* The application took bytes [offset, offset + len) of the client's stream. True: new ones. */
bool conv_check_app_bytes(struct conv_check *check, struct replay_stats *stats, uint64_t offset,
                          const uint8_t *bytes, uint32_t len);

/* Everything the capture shows as acknowledged was delivered, both ways. */
bool conv_check_all_delivered(const struct conv_check *check);
/* Damage by what is missing of that. */
void conv_check_missing(struct conv_check *check);

/* True when waiting longer can change nothing, provided that the transport has ended. */
bool conv_check_is_settled(const struct conv_check *check);
/* Not played at all, though the capture would allow it: partial for another reason. */
void conv_check_refuse(struct conv_check *check, enum outcome reason, const char *why);
/* At the end of the run: decides the outcome and counts it. Once for each conversation. */
void conv_check_judge(struct conv_check *check, struct replay_stats *stats);

#endif
