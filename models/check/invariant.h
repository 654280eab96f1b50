/* The online invariants by name: docs/invariants.md explains each, and a checker in this folder judges it. */
#ifndef TOESIM_CHECK_INVARIANT_H
#define TOESIM_CHECK_INVARIANT_H

#ifdef __cplusplus
extern "C" {
#endif

/* X(identifier, "key in stats.json under invariants", "rule") */
#define INVARIANTS(X)                                                                              \
    X(OWN, "I-OWN", "at most one NIC, or the host's own TCP, is ACTIVE or QUIESCE")                \
    X(TX1, "I-TX1", "a frame is built only by the place that owns the connection")                 \
    X(GEN, "I-GEN", "a connection is activated under the next generation that no NIC has refused") \
    X(FENCE, "I-FENCE",                                                                            \
      "a place activates a connection only after the old place was extracted and drained, or "     \
      "fenced")                                                                                    \
    X(CRC, "I-CRC",                                                                                \
      "the installed image equals the extracted one, except for the fields that may change")       \
    X(ACK, "I-ACK",                                                                                \
      "acknowledged bytes are in issued writes (policy posted), visible (flushed), or visible "    \
      "and "                                                                                       \
      "reported by a visible record (recorded)")                                                   \
    X(ACKFWD, "I-ACKFWD", "the acknowledgment number of later frames never decreases")             \
    X(WND, "I-WND", "the right edge of the window of later frames never decreases")                \
    X(TSV, "I-TSV", "the timestamp value of later frames never decreases")                         \
    X(SND, "I-SND", "snd_una <= snd_nxt <= snd_max, and snd_max covers everything that was sent")  \
    X(SEQ, "I-SEQ", "bytes at one sequence number are the same in every transmission")             \
    X(RXONCE, "I-RXONCE", "each received frame has exactly one verdict")                           \
    X(RXIF, "I-RXIF",                                                                              \
      "the number of the receiving NIC is stored before the host acts on the record")              \
    X(NODUP, "I-NODUP", "each received byte reaches the application exactly once and in order")    \
    X(MOVE, "I-MOVE", "the context at the new place equals that of the old place, field by field") \
    X(DMA, "I-DMA", "only the place that serves a connection writes into its rings")               \
    X(DB, "I-DB",                                                                                  \
      "a doorbell takes effect only for its own generation, and its values reach the place that "  \
      "serves")                                                                                    \
    X(HOLD, "I-HOLD", "held frames and moves under way stay within their limits")                  \
    X(ORDER, "I-ORDER",                                                                            \
      "held frames are applied in the order of their MAC times, and no frame overtakes those "     \
      "that its NIC gave to the host before")                                                      \
    X(TXORDER, "I-TXORDER",                                                                        \
      "a NIC builds no frame while a frame of the connection waits in the other NIC")              \
    X(FLAP, "I-FLAP", "a segment is applied between two moves that foreign frames caused")         \
    X(LIVE1, "I-LIVE1", "every transfer ends")                                                     \
    X(LIVE2, "I-LIVE2", "the host decides on every foreign frame")                                 \
    X(TERM, "I-TERM", "the application is told of each end exactly once, with its cause")          \
    X(IDLE, "I-IDLE",                                                                              \
      "a connection comes to rest if, and only if, both NICs were silent for the idle time")       \
    X(RTXBUF, "I-RTXBUF", "bytes stay in the transmit ring until they are acknowledged")           \
    X(NOGHOST, "I-NOGHOST",                                                                        \
      "an acknowledgment is accepted for everything that was sent, and for nothing else")          \
    X(TSR, "I-TSR", "the echoed timestamp never goes back, and the newest timestamp is accepted")  \
    X(RTO, "I-RTO",                                                                                \
      "no timeout comes before the RTO has passed, and each timer fires when it is due")           \
    X(KARN, "I-KARN", "without timestamps no RTT sample spans a retransmission")                   \
    X(CC, "I-CC", "the losses of one window cause one multiplicative decrease")                    \
    X(SACK, "I-SACK", "SACK blocks cover only bytes that are held")                                \
    X(DACK, "I-DACK",                                                                              \
      "in-order bytes are acknowledged within half a second, and two full segments at once")       \
    X(ACKCNT, "I-ACKCNT",                                                                          \
      "a move causes at most one acknowledgment that no segment and no timer calls for")           \
    X(ZWP, "I-ZWP", "a closed window is probed, but not before the interval has passed")           \
    X(RST, "I-RST", "a connection is reset once, with a sequence number that the peer accepts")    \
    X(FINSEQ, "I-FINSEQ",                                                                          \
      "the FIN keeps its number, and states follow each other as RFC 9293 says")                   \
    X(CAP, "I-CAP", "frames fit the MTU and carry the options that both sides agreed on")          \
    X(MAC, "I-MAC", "both ports send from the one address of the team")                            \
    X(CTX, "I-CTX",                                                                                \
      "a NIC ends a connection for a context error only after a soft error in that NIC")           \
    X(TRIG, "I-TRIG", "each move has a trigger of its own, and T0 is the time of the trigger")     \
    X(MARK, "I-MARK",                                                                              \
      "each mark is the time of the event that it names, and marks are in their order")            \
    X(TWAIT, "I-2MSL", "TIME_WAIT lasts 2 MSL from the last FIN of the peer")                      \
    X(AUDIT, "I-AUDIT", "every resource that was taken has an owner that will give it back")       \
    X(SUM, "I-SUM",                                                                                \
      "started = completed + failed + cancelled + open, wherever transfers are counted")

enum invariant {
#define X(id, key, rule) INVARIANT_##id,
    INVARIANTS(X)
#undef X
        INVARIANT_COUNT,
};

/* The key of the invariant in stats.json, such as "I-OWN", and its rule in words. */
const char *invariant_key(enum invariant invariant);
const char *invariant_rule(enum invariant invariant);

#ifdef __cplusplus
}
#endif

#endif
