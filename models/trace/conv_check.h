/* Is every byte of a replayed conversation right? Both modes of replay judge with this. */
#ifndef TOESIM_TRACE_CONV_CHECK_H
#define TOESIM_TRACE_CONV_CHECK_H

#include "models/trace/replay_side.h"

struct conv_check {
    const struct conversation *cap;
    struct conv_result result;
    bool damaged; /* result.why says how */
    bool done;    /* the result is final */
};

/* Begins the judgement of one conversation and counts it. */
void conv_check_init(struct conv_check *check, const struct conversation *cap,
                     const struct flow_key *key, struct replay_stats *stats);

/* The first finding counts: it explains the others. */
void conv_check_damage(struct conv_check *check, const char *format, ...)
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

/* The result is final: counted once. */
void conv_check_close(struct conv_check *check, struct replay_stats *stats,
                      enum conv_outcome outcome);
/* Not played at all, though the capture would allow it: partial for another reason. */
void conv_check_refuse(struct conv_check *check, struct replay_stats *stats,
                       enum partial_reason reason, const char *why);

#endif
