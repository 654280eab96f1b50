#include "models/trace/test/corpus_writing.h"

#include "models/wire/bytes.h"

#include <stdio.h>
#include <string.h>

uint32_t corpus_below(struct corpus_writing *g, uint32_t bound)
{
    return (uint32_t)rng_below(g->rng, bound);
}

uint8_t corpus_byte(uint32_t isn, uint64_t offset)
{
    return (uint8_t)((isn ^ (uint32_t)offset * 2654435761u) >> 13);
}

uint32_t corpus_seq_of(const struct corpus_writing *g, int dir, uint32_t offset)
{
    return g->isn[dir] + 1 + offset;
}

static void options_add(struct corpus_writing *g, const void *bytes, uint32_t len)
{
    memcpy(g->options + g->w->options_len, bytes, len);
    g->w->options_len += len;
}

/* Makes the options of the next segment of one side. */
static void options_make(struct corpus_writing *g, int dir)
{
    const uint8_t scale[4] = {1, 3, 3, g->shift}, sack_ok[4] = {1, 1, 4, 2};
    g->w->options = g->options;
    g->w->options_len = 0;
    if (g->opening && g->shift)
        options_add(g, scale, sizeof scale);
    if (g->opening && g->sack)
        options_add(g, sack_ok, sizeof sack_ok);
    if (g->ts) {
        uint8_t ts[12] = {1, 1, 8, 10};
        be32_store(ts + 4, ++g->clock[dir]);
        be32_store(ts + 8, g->clock[!dir]);
        options_add(g, ts, sizeof ts);
    }
    if (g->sack && g->blocks) {
        uint8_t sack[4 + 8 * BLOCKS_MAX] = {1, 1, 5, (uint8_t)(2 + 8 * g->blocks)};
        for (unsigned i = 0; i < 2 * g->blocks; i++)
            be32_store(sack + 4 + 4 * i, g->block[i]);
        options_add(g, sack, 4 + 8 * g->blocks);
    }
    g->blocks = 0;
}

/* Writes a segment at an offset of its sender's stream, with the bytes of the stream. */
void corpus_put(struct corpus_writing *g, int dir, uint32_t offset, uint32_t acked, uint16_t flags,
                uint32_t len)
{
    uint8_t bytes[SEGMENT_MAX];
    for (uint32_t i = 0; i < len; i++)
        bytes[i] = corpus_byte(g->isn[dir], offset + i);
    options_make(g, dir);
    capture_writer_tcp(g->w, dir == SERVER, corpus_seq_of(g, dir, offset),
                       flags & ACK ? corpus_seq_of(g, !dir, acked) : 0, flags, bytes, len);
}

/* Makes the next segment report bytes [from, to) of the other side's stream. */
void corpus_report(struct corpus_writing *g, int dir, uint32_t from, uint32_t to)
{
    g->block[2 * g->blocks] = corpus_seq_of(g, dir, from);
    g->block[2 * g->blocks + 1] = corpus_seq_of(g, dir, to);
    g->blocks++;
}

/* Writes a segment with bytes that do not belong to the stream. */
void corpus_forge(struct corpus_writing *g, int dir, uint32_t seq, uint32_t ack, uint16_t flags,
                  uint32_t len)
{
    uint8_t bytes[FORGED_MAX];
    memset(bytes, '!', sizeof bytes);
    options_make(g, dir);
    capture_writer_tcp(g->w, dir == SERVER, seq, ack, flags, bytes, len);
}

void corpus_pure_ack(struct corpus_writing *g, int dir)
{
    corpus_put(g, dir, g->sent[dir], g->sent[!dir], ACK, 0);
}

void corpus_note(struct corpus_writing *g, const char *what, int dir, unsigned ignored)
{
    size_t used = strlen(g->verdict->history);
    snprintf(g->verdict->history + used, sizeof g->verdict->history - used, "%s(%c) ", what,
             dir == CLIENT ? 'c' : 's');
    g->verdict->ignored += ignored;
}

/* Writes some bytes of one side, perhaps out of order or twice, and the other side's
 * acknowledgment. */
void corpus_exchange(struct corpus_writing *g, int dir)
{
    uint32_t from = g->sent[dir],
             len[2] = {1 + corpus_below(g, SEGMENT_MAX), 1 + corpus_below(g, SEGMENT_MAX)};
    bool swapped = corpus_below(g, 4) == 0, twice = corpus_below(g, 4) == 0;
    for (uint32_t k = 0; k < 2; k++) {
        bool second = (k == 1) != swapped;
        corpus_put(g, dir, from + (second ? len[0] : 0), g->sent[!dir], PSH_ACK, len[second]);
        if (twice)
            corpus_put(g, dir, from + (second ? len[0] : 0), g->sent[!dir], PSH_ACK, len[second]);
        if (second && k == 0 && g->sack) { /* a hole before this segment */
            corpus_report(g, dir, from + len[0], from + len[0] + len[1]);
            corpus_pure_ack(g, !dir);
        }
    }
    g->sent[dir] += len[0] + len[1];
    corpus_pure_ack(g, !dir);
}
