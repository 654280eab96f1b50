#include "models/trace/test/conv_corpus.h"

#include "models/trace/test/corpus_bases.h"
#include "models/trace/test/corpus_writing.h"

#include <string.h>

static void opening_begin(struct corpus_writing *g)
{
    g->opening = true;
    g->w->window = 60000;
}

static void opening_end(struct corpus_writing *g)
{
    g->opening = false;
    g->w->window = (uint16_t)(g->window >> g->shift);
}

/* Returns a sequence number beyond the window, by up to a megabyte. */
static uint32_t outside(struct corpus_writing *g, int dir)
{
    return corpus_seq_of(g, dir, g->sent[dir]) + g->window + 70000 + corpus_below(g, 1 << 20);
}

/* Each of the following functions writes an irregular segment between two exchanges, when all sent bytes are
 * acknowledged. Its call of corpus_note() says how many of its segments have no effect. */
static void rst_outside(struct corpus_writing *g, int dir)
{
    corpus_forge(g, dir, outside(g, dir), 0, TCP_RST, 0);
    corpus_note(g, "rst-outside", dir, 1);
}

static void rst_below(struct corpus_writing *g, int dir)
{
    corpus_forge(g, dir, corpus_seq_of(g, dir, g->sent[dir]) - 1 - corpus_below(g, 1 << 20), 0,
                 TCP_RST | ACK, 0);
    corpus_note(g, "rst-below", dir, 1);
}

static void rst_challenged(struct corpus_writing *g, int dir)
{
    corpus_forge(g, dir, corpus_seq_of(g, dir, g->sent[dir]) + 1 + corpus_below(g, g->window / 2),
                 0, TCP_RST, 0);
    corpus_pure_ack(g, !dir);
    corpus_note(g, "rst-challenged", dir, 1);
}

/* The reset has the exact sequence number, but it never arrives, so both sides continue. */
static void rst_lost(struct corpus_writing *g, int dir)
{
    corpus_forge(g, dir, corpus_seq_of(g, dir, g->sent[dir]), 0, TCP_RST, 0);
    corpus_note(g, "rst-lost", dir, 1);
}

static void fin_outside(struct corpus_writing *g, int dir)
{
    corpus_forge(g, dir, outside(g, dir), corpus_seq_of(g, !dir, g->sent[!dir]), FIN_ACK,
                 corpus_below(g, FORGED_MAX));
    corpus_note(g, "fin-outside", dir, 1);
}

static void fin_lost(struct corpus_writing *g, int dir)
{
    corpus_put(g, dir, g->sent[dir], g->sent[!dir], FIN_ACK, 0);
    corpus_note(g, "fin-lost", dir, 1);
}

static void fin_without_ack(struct corpus_writing *g, int dir)
{
    corpus_forge(g, dir, corpus_seq_of(g, dir, g->sent[dir]), 0, TCP_FIN, 0);
    corpus_note(g, "fin-without-ack", dir, 1);
}

static void data_outside(struct corpus_writing *g, int dir)
{
    corpus_forge(g, dir, outside(g, dir), corpus_seq_of(g, !dir, g->sent[!dir]), PSH_ACK,
                 1 + corpus_below(g, FORGED_MAX - 1));
    corpus_note(g, "data-outside", dir, 1);
}

static void data_without_ack(struct corpus_writing *g, int dir)
{
    corpus_forge(g, dir, corpus_seq_of(g, dir, g->sent[dir]), 0, TCP_PSH,
                 1 + corpus_below(g, FORGED_MAX - 1));
    corpus_note(g, "data-without-ack", dir, 1);
}

static void ack_beyond(struct corpus_writing *g, int dir)
{
    corpus_forge(g, dir, corpus_seq_of(g, dir, g->sent[dir]),
                 corpus_seq_of(g, !dir, g->sent[!dir]) + 1 + corpus_below(g, g->window - 1), ACK,
                 corpus_below(g, 2) ? corpus_below(g, FORGED_MAX) : 0);
    corpus_note(g, "ack-beyond", dir, 1);
}

static void ack_too_old(struct corpus_writing *g, int dir)
{
    corpus_forge(g, dir, corpus_seq_of(g, dir, g->sent[dir]),
                 corpus_seq_of(g, !dir, g->sent[!dir]) - g->window - 70000 -
                     corpus_below(g, 1 << 20),
                 PSH_ACK, 1 + corpus_below(g, FORGED_MAX - 1));
    corpus_note(g, "ack-too-old", dir, 1);
}

static void syn_midstream(struct corpus_writing *g, int dir)
{
    bool near = corpus_below(g, 2);
    uint32_t far = g->isn[dir] + 1000000 + corpus_below(g, 1 << 30);
    corpus_forge(g, dir, near ? corpus_seq_of(g, dir, g->sent[dir]) + corpus_below(g, 1000) : far,
                 0, TCP_SYN, 0);
    if (corpus_below(g, 2))
        corpus_pure_ack(g, !dir);
    corpus_note(g, "syn", dir, 1);
}

static void syn_ack_midstream(struct corpus_writing *g, int dir)
{
    corpus_forge(g, dir, g->isn[dir] + 1000000 + corpus_below(g, 1 << 30),
                 corpus_seq_of(g, !dir, corpus_below(g, 2) ? 0 : g->sent[!dir]), TCP_SYN | ACK, 0);
    corpus_note(g, "syn-ack", dir, 1);
}

/* Repetitions have the same contents as the segments that they repeat. */
static void opening_repeated(struct corpus_writing *g, int dir)
{
    opening_begin(g);
    if (dir == CLIENT)
        corpus_forge(g, CLIENT, g->isn[CLIENT], 0, TCP_SYN, 0);
    else
        corpus_forge(g, SERVER, g->isn[SERVER], g->isn[CLIENT] + 1, TCP_SYN | ACK, 0);
    opening_end(g);
    corpus_note(g, "again", dir, 0);
}

static void data_repeated(struct corpus_writing *g, int dir)
{
    uint32_t len = corpus_below(g, g->sent[dir] < SEGMENT_MAX ? g->sent[dir] + 1 : SEGMENT_MAX);
    corpus_put(g, dir, g->sent[dir] - len, g->sent[!dir], PSH_ACK, len);
    corpus_note(g, "data-again", dir, 0);
}

static void keepalive(struct corpus_writing *g, int dir)
{
    corpus_put(g, dir, g->sent[dir] - 1, g->sent[!dir], ACK, 0);
    corpus_pure_ack(g, !dir);
    corpus_note(g, "keepalive", dir, 0);
}

/* The segment is in the window, but its timestamp is older than that of acknowledged bytes, so PAWS drops it. Without
 * timestamps it would be accepted, so it is not written. */
static void old_segment(struct corpus_writing *g, int dir, const char *what, uint16_t flags,
                        uint32_t len)
{
    uint32_t clock = g->clock[dir];
    if (!g->ts)
        return;
    g->clock[dir] = clock - 2000 - corpus_below(g, 1u << 30);
    corpus_forge(g, dir, corpus_seq_of(g, dir, g->sent[dir]), corpus_seq_of(g, !dir, g->sent[!dir]),
                 flags, len);
    g->clock[dir] = clock;
    if (corpus_below(g, 2))
        corpus_pure_ack(g, !dir); /* the segment is dropped and acknowledged (RFC 7323 5.3) */
    corpus_note(g, what, dir, 1);
}

static void data_old(struct corpus_writing *g, int dir)
{
    old_segment(g, dir, "data-old", PSH_ACK, 1 + corpus_below(g, FORGED_MAX - 1));
}

static void fin_old(struct corpus_writing *g, int dir)
{
    old_segment(g, dir, "fin-old", FIN_ACK, 0);
}

static void ack_old(struct corpus_writing *g, int dir) { old_segment(g, dir, "ack-old", ACK, 0); }

/* The segment has a SACK block of bytes that were never sent. The block is ignored, but the
 * segment is not. */
static void sack_beyond(struct corpus_writing *g, int dir)
{
    uint32_t from = g->sent[!dir] + 1000 + corpus_below(g, 20000);
    corpus_report(g, !dir, from, from + 1 + corpus_below(g, 1400));
    corpus_pure_ack(g, dir);
    corpus_note(g, "sack-beyond", dir, 0);
}

static void (*const oddities[])(struct corpus_writing *, int) = {
    rst_outside, rst_below,     rst_challenged,    rst_lost,         fin_outside,
    fin_lost,    data_outside,  fin_without_ack,   data_without_ack, ack_beyond,
    ack_too_old, syn_midstream, syn_ack_midstream, opening_repeated, data_repeated,
    keepalive,   data_old,      fin_old,           ack_old,          sack_beyond,
};
enum { ODDITIES = sizeof oddities / sizeof *oddities };

static void maybe_odd(struct corpus_writing *g)
{
    while (corpus_below(g, 3) == 0)
        oddities[corpus_below(g, ODDITIES)](g, (int)corpus_below(g, 2));
}

/* Writes SYNs and SYN-ACKs without effect before the real handshake. */
static void before_handshake(struct corpus_writing *g)
{
    switch (corpus_below(g, 6)) {
    case 0: /* the connection is refused and tried again */
        corpus_forge(g, CLIENT, g->isn[CLIENT], 0, TCP_SYN, 0);
        corpus_forge(g, SERVER, 0, g->isn[CLIENT] + 1, TCP_RST | ACK, 0);
        corpus_note(g, "refused", SERVER, 1);
        break;
    case 1: { /* discovery of a half-open connection (RFC 9293 3.5.1, figure 9) */
        uint32_t old = g->isn[CLIENT] + (1u << 31) + corpus_below(g, 1000);
        corpus_forge(g, CLIENT, g->isn[CLIENT], 0, TCP_SYN, 0);
        corpus_forge(g, SERVER, g->isn[SERVER] + (1u << 30), old, ACK, 0);
        corpus_forge(g, CLIENT, old, 0, TCP_RST, 0);
        corpus_note(g, "half-open", SERVER, 2);
        break;
    }
    case 2: /* the SYN is lost before it reaches the server */
        corpus_forge(g, CLIENT, g->isn[CLIENT], 0, TCP_SYN, 0);
        corpus_note(g, "syn-again", CLIENT, 0);
        break;
    case 3: /* a reset that acknowledges nothing, which SYN-SENT ignores */
        corpus_forge(g, CLIENT, g->isn[CLIENT], 0, TCP_SYN, 0);
        corpus_forge(g, SERVER, g->isn[SERVER], 0, TCP_RST, 0);
        corpus_note(g, "rst-early", SERVER, 1);
        break;
    }
}

static void handshake(struct corpus_writing *g)
{
    opening_begin(g);
    before_handshake(g);
    corpus_forge(g, CLIENT, g->isn[CLIENT], 0, TCP_SYN, 0);
    if (corpus_below(g, 6) == 0) {
        corpus_forge(g, CLIENT, g->isn[CLIENT] + 50000 + corpus_below(g, 1 << 30), 0, TCP_SYN, 0);
        corpus_note(g, "other-syn", CLIENT, 1);
    }
    if (corpus_below(g, 6) == 0) { /* a SYN-ACK that acknowledges another SYN */
        corpus_forge(g, SERVER, g->isn[SERVER] + 999, g->isn[CLIENT] - 12345, TCP_SYN | ACK, 0);
        corpus_note(g, "other-syn-ack", SERVER, 1);
    }
    corpus_forge(g, SERVER, g->isn[SERVER], g->isn[CLIENT] + 1, TCP_SYN | ACK, 0);
    if (corpus_below(g, 6) == 0) {
        corpus_forge(g, SERVER, g->isn[SERVER] + 50000 + corpus_below(g, 1 << 30),
                     g->isn[CLIENT] + 1, TCP_SYN | ACK, 0);
        corpus_note(g, "late-syn-ack", SERVER, 1);
    }
    opening_end(g);
    corpus_pure_ack(g, CLIENT);
}

static void close_orderly(struct corpus_writing *g)
{
    int first = (int)corpus_below(g, 2);
    for (int k = 0; k < 2; k++) {
        int dir = k ? !first : first;
        corpus_put(g, dir, g->sent[dir], g->sent[!dir], FIN_ACK, 0);
        if (corpus_below(g, 4) == 0)
            corpus_put(g, dir, g->sent[dir], g->sent[!dir], FIN_ACK, 0);
        g->sent[dir]++;
        corpus_pure_ack(g, !dir);
    }
    if (corpus_below(g, 6) == 0) /* irregular segments after the end */
        corpus_forge(g, (int)corpus_below(g, 2), corpus_seq_of(g, CLIENT, g->sent[CLIENT]), 0,
                     TCP_RST, 0);
}

static void close_by_reset(struct corpus_writing *g)
{
    int dir = (int)corpus_below(g, 2);
    corpus_forge(g, dir, corpus_seq_of(g, dir, g->sent[dir]), corpus_seq_of(g, !dir, g->sent[!dir]),
                 TCP_RST | ACK, 0);
    g->verdict->reset = true;
    g->verdict->reset_by_server = dir == SERVER;
}

static void conversation(struct corpus_writing *g, bool has_base)
{
    handshake(g);
    corpus_exchange(g, (int)corpus_below(g, 2));
    if (has_base) {
        maybe_odd(g);
        corpus_base(g);
    }
    for (uint32_t k = 1 + corpus_below(g, 4); k > 0; k--) {
        maybe_odd(g);
        corpus_exchange(g, CLIENT);
        corpus_exchange(g, SERVER);
    }
    g->verdict->client_bytes = g->sent[CLIENT];
    g->verdict->server_bytes = g->sent[SERVER];
    if (corpus_below(g, 4))
        close_orderly(g);
    else
        close_by_reset(g);
}

unsigned corpus_write(struct capture_writer *writer, struct rng *rng,
                      struct corpus_verdict verdicts[2])
{
    unsigned count = 1 + (rng_below(rng, 5) == 0);
    bool same_numbers = rng_below(rng, 2);
    struct corpus_writing g = {.w = writer, .rng = rng};
    for (int dir = 0; dir < 2; dir++)
        g.clock[dir] = (uint32_t)rng_u64(rng) | (corpus_below(&g, 4) ? 0 : 0xffffff00u);
    for (unsigned i = 0; i < count; i++) {
        verdicts[i] = (struct corpus_verdict){.client_port = writer->client_port};
        g.verdict = &verdicts[i];
        for (int dir = 0; dir < 2; dir++) {
            if (i == 0 || !same_numbers)
                g.isn[dir] = (uint32_t)rng_u64(rng) | (corpus_below(&g, 8) ? 0 : 0xffffff00u);
            g.sent[dir] = 0;
        }
        g.shift = corpus_below(&g, 2) ? 7 : 0;
        bool has_base = corpus_below(&g, 2);
        g.ts = has_base || corpus_below(&g, 2);
        g.sack = has_base || corpus_below(&g, 2);
        g.window = 64000;
        verdicts[i].client_isn = g.isn[CLIENT];
        verdicts[i].server_isn = g.isn[SERVER];
        conversation(&g, has_base);
    }
    return count;
}
