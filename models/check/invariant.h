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
    X(GEN, "I-GEN", "generation at activation is the next that no NIC refused to install")         \
    X(FENCE, "I-FENCE", "activation only after the old owner is extracted and drained, or fenced") \
    X(CRC, "I-CRC", "the installed image is the extracted one but for the fields that may change") \
    X(ACK, "I-ACK",                                                                                \
      "acknowledged bytes are in issued posted writes (posted) or visible (flushed)")              \
    X(ACKFWD, "I-ACKFWD", "the acknowledgment number of frames built later never decreases")       \
    X(WND, "I-WND", "the right edge of the window of frames built later never decreases")          \
    X(TSV, "I-TSV", "the timestamp value of frames built later never decreases")                   \
    X(SND, "I-SND", "snd_una <= snd_nxt <= snd_max, and snd_max covers all that was sent")         \
    X(SEQ, "I-SEQ", "bytes at one sequence number are the same in every transmission")             \
    X(RXONCE, "I-RXONCE", "each received frame has exactly one verdict")                           \
    X(RXIF, "I-RXIF", "the receiving NIC's number is stored before the record is acted on")        \
    X(NODUP, "I-NODUP", "a received byte reaches the application exactly once, in order")          \
    X(MOVE, "I-MOVE", "the context at the new place is that of the old one, field by field")       \
    X(DMA, "I-DMA", "only who serves a connection writes into its rings")                          \
    X(DB, "I-DB",                                                                                  \
      "doorbells are taken by the generation they are for, and what they tell arrives")            \
    X(HOLD, "I-HOLD", "held frames and moves under way stay within their limits")                  \
    X(ORDER, "I-ORDER", "held frames are applied in the order of their MAC times")                 \
    X(TXORDER, "I-TXORDER", "no NIC builds a frame before all that the other built has left")      \
    X(FLAP, "I-FLAP", "between two moves that frames asked for a segment is applied")              \
    X(LIVE1, "I-LIVE1", "every move ends")                                                         \
    X(LIVE2, "I-LIVE2", "something comes of every foreign frame")                                  \
    X(TERM, "I-TERM", "the application is told of each end once, with its cause")                  \
    X(IDLE, "I-IDLE", "a connection rests when both NICs were silent, and then it does")           \
    X(RTXBUF, "I-RTXBUF", "bytes that are not acknowledged stay in the transmit ring")             \
    X(NOGHOST, "I-NOGHOST", "exactly what was sent can be acknowledged")                           \
    X(TSR, "I-TSR", "the echoed timestamp never goes back, and the newest is accepted")            \
    X(RTO, "I-RTO", "no timeout comes before the RTO has passed, and each timer fires when due")   \
    X(KARN, "I-KARN", "without timestamps no RTT sample spans a retransmission")                   \
    X(CC, "I-CC", "one multiplicative decrease for the losses of a window")                        \
    X(SACK, "I-SACK", "selective acknowledgments are of bytes that are held")                      \
    X(DACK, "I-DACK",                                                                              \
      "an acknowledgment is delayed by half a second at most, of two full segments not at all")    \
    X(ACKCNT, "I-ACKCNT", "a move brings one acknowledgment at most that nobody asked for")        \
    X(ZWP, "I-ZWP", "a closed window is probed, and not before the interval has passed")           \
    X(RST, "I-RST", "one reset for a connection, at a number the peer accepts")                    \
    X(FINSEQ, "I-FINSEQ", "the FIN keeps its number, and states follow each other as they may")    \
    X(CAP, "I-CAP", "frames fit the MTU and carry what both sides have agreed on")                 \
    X(MAC, "I-MAC", "both ports send from the one address of the team")                            \
    X(CTX, "I-CTX",                                                                                \
      "a NIC ends a connection for a context error only after a soft error there, since it has "   \
      "it")                                                                                        \
    X(TRIG, "I-TRIG",                                                                              \
      "each move has a trigger of its own, and its time and port are those of the frame or event") \
    X(MARK, "I-MARK", "each latency mark is the time of the event it names, in their order")       \
    X(TWAIT, "I-2MSL", "TIME_WAIT lasts 2 MSL from the last FIN, no less and no longer")           \
    X(AUDIT, "I-AUDIT", "all that was taken is with somebody who will give it back")               \
    X(SUM, "I-SUM",                                                                                \
      "moves: started = completed + failed + cancelled + open, in every place that counts them")

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
