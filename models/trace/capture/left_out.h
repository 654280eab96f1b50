/*
 * Why a record of a capture is replayed or not. Each record has exactly one fate, so the records
 * that are used and those that are left out add up to all that were read.
 */
#ifndef TOESIM_TRACE_LEFT_OUT_H
#define TOESIM_TRACE_LEFT_OUT_H

#ifdef __cplusplus
extern "C" {
#endif

/* X(identifier, "key in stats.json under capture.left_out", "meaning: follows a number") */
#define LEFT_OUT_REASONS(X)                                                                        \
    X(NOT_TCP, "not_tcp", "without TCP")                                                           \
    X(TUNNEL, "tunnel", "in tunnels")                                                              \
    X(TUNNEL_FRAGMENT, "tunnel_fragment", "fragments of a tunnel's packets")                       \
    X(FRAGMENT, "fragment", "fragments of incomplete segments")                                    \
    X(CUT_HEADER, "cut_header", "whose headers the snap length cut off")                           \
    X(MALFORMED, "malformed", "with contradicting headers")                                        \
    X(BAD_CHECKSUM, "bad_checksum", "with a wrong checksum")                                       \
    X(UNKNOWN_LINK, "unknown_link", "of an unknown link type")                                     \
    X(OTHER_INTERFACE, "other_interface", "of interfaces that were not selected")                  \
    X(VLANS, "vlans", "with more VLANs or tunnels than the reader can tell apart")                 \
    X(NO_HANDSHAKE, "no_handshake", "of conversations without a complete handshake")

enum left_out {
#define X(id, key, text) LEFT_OUT_##id,
    LEFT_OUT_REASONS(X)
#undef X
        LEFT_OUT_REASON_COUNT,
};

/* Return the key in stats.json and the meaning, such as "without TCP". Both are static text. */
const char *left_out_key(enum left_out reason);
const char *left_out_meaning(enum left_out reason);

#ifdef __cplusplus
}
#endif

#endif
