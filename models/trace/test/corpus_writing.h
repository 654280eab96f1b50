/* Functions that write a conversation of the corpus (conv_corpus.h). */
#ifndef TOESIM_TEST_CORPUS_WRITING_H
#define TOESIM_TEST_CORPUS_WRITING_H

#include "models/trace/test/conv_corpus.h"
#include "models/wire/tcp_hdr.h"

enum { ACK = TCP_ACK, PSH_ACK = TCP_PSH | TCP_ACK, FIN_ACK = TCP_FIN | TCP_ACK };
enum { CLIENT, SERVER };
enum { SEGMENT_MAX = 1400, FORGED_MAX = 100, BLOCKS_MAX = 3 };

/* A conversation that is being written. Offsets count from the first byte of each stream. */
struct corpus_writing {
    struct capture_writer *w;
    struct rng *rng;
    struct corpus_verdict *verdict;
    uint32_t isn[2];
    uint32_t sent[2]; /* including the FIN; all of it is acknowledged before an irregular segment */
    uint32_t window;  /* of both sides, in bytes */
    uint8_t shift;
    bool opening;                   /* segments have the options of a handshake */
    bool ts, sack;                  /* both sides use timestamps, and SACK */
    uint32_t clock[2];              /* of the timestamps; each segment advances it */
    uint32_t block[2 * BLOCKS_MAX]; /* SACK blocks of the next segment, each with its two edges */
    unsigned blocks;
    uint8_t options[40];
};

/* Returns a random number below the bound. */
uint32_t corpus_below(struct corpus_writing *g, uint32_t bound);

/* Returns the sequence number of the byte at this offset. */
uint32_t corpus_seq_of(const struct corpus_writing *g, int dir, uint32_t offset);

/* Writes a segment at an offset of its sender's stream, with the bytes of the stream. */
void corpus_put(struct corpus_writing *g, int dir, uint32_t offset, uint32_t acked, uint16_t flags,
                uint32_t len);
/* Writes a segment with bytes that do not belong to the stream. */
void corpus_forge(struct corpus_writing *g, int dir, uint32_t seq, uint32_t ack, uint16_t flags,
                  uint32_t len);
/* Makes the next segment report bytes [from, to) of the stream of `dir` in a SACK block. */
void corpus_report(struct corpus_writing *g, int dir, uint32_t from, uint32_t to);
/* Acknowledges everything that was sent. */
void corpus_pure_ack(struct corpus_writing *g, int dir);

/* Writes some bytes of one side, perhaps out of order or twice, and the other side's
 * acknowledgment. */
void corpus_exchange(struct corpus_writing *g, int dir);

/* Adds a word to the history, and counts this many segments without effect. */
void corpus_note(struct corpus_writing *g, const char *what, int dir, unsigned ignored);

#endif
