#include "models/trace/test/conv_corpus.h"

#include "models/wire/bytes.h"
#include "models/wire/tcp_hdr.h"

#include <stdio.h>
#include <string.h>

enum { ACK = TCP_ACK, PSH_ACK = TCP_PSH | TCP_ACK, FIN_ACK = TCP_FIN | TCP_ACK };
enum { CLIENT, SERVER };
enum { SEGMENT_MAX = 1400, FORGED_MAX = 100 };

/* One conversation while it is written. Offsets count from the first byte of each stream. */
struct writing {
    struct capture_writer *w;
    struct rng *rng;
    struct corpus_verdict *verdict;
    uint32_t isn[2];
    uint32_t sent[2]; /* the FIN included; all of it is acknowledged when an oddity comes */
    uint32_t window;  /* of both, in bytes */
    uint8_t shift;
    bool opening;      /* segments have the options of a handshake */
    bool ts, sack;     /* both sides use timestamps, and SACK */
    uint32_t clock[2]; /* of the timestamps; each segment has a new one */
    uint32_t block[2]; /* SACK block of the next segment; empty: none */
    uint8_t options[40];
};

static uint32_t below(struct writing *g, uint32_t bound)
{
    return (uint32_t)rng_below(g->rng, bound);
}

uint8_t corpus_byte(uint32_t isn, uint64_t offset)
{
    return (uint8_t)((isn ^ (uint32_t)offset * 2654435761u) >> 13);
}

static uint32_t seq_of(const struct writing *g, int dir, uint32_t offset)
{
    return g->isn[dir] + 1 + offset;
}

static void options_add(struct writing *g, const void *bytes, uint32_t len)
{
    memcpy(g->options + g->w->options_len, bytes, len);
    g->w->options_len += len;
}

/* The options of the next segment of one side. */
static void options_make(struct writing *g, int dir)
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
    if (g->sack && g->block[0] != g->block[1]) {
        uint8_t sack[12] = {1, 1, 5, 10};
        be32_store(sack + 4, g->block[0]);
        be32_store(sack + 8, g->block[1]);
        options_add(g, sack, sizeof sack);
    }
    g->block[0] = g->block[1] = 0;
}

/* A segment at an offset of its sender's stream, with the bytes that belong there. */
static void put(struct writing *g, int dir, uint32_t offset, uint32_t acked, uint16_t flags,
                uint32_t len)
{
    uint8_t bytes[SEGMENT_MAX];
    for (uint32_t i = 0; i < len; i++)
        bytes[i] = corpus_byte(g->isn[dir], offset + i);
    options_make(g, dir);
    capture_writer_tcp(g->w, dir == SERVER, seq_of(g, dir, offset),
                       flags & ACK ? seq_of(g, !dir, acked) : 0, flags, bytes, len);
}

/* The same with bytes that belong nowhere. */
static void forge(struct writing *g, int dir, uint32_t seq, uint32_t ack, uint16_t flags,
                  uint32_t len)
{
    uint8_t bytes[FORGED_MAX];
    memset(bytes, '!', sizeof bytes);
    options_make(g, dir);
    capture_writer_tcp(g->w, dir == SERVER, seq, ack, flags, bytes, len);
}

static void pure_ack(struct writing *g, int dir)
{
    put(g, dir, g->sent[dir], g->sent[!dir], ACK, 0);
}

static void opening_begin(struct writing *g)
{
    g->opening = true;
    g->w->window = 60000;
}

static void opening_end(struct writing *g)
{
    g->opening = false;
    g->w->window = (uint16_t)(g->window >> g->shift);
}

static void note(struct writing *g, const char *what, int dir, unsigned ignored)
{
    size_t used = strlen(g->verdict->history);
    snprintf(g->verdict->history + used, sizeof g->verdict->history - used, "%s(%c) ", what,
             dir == CLIENT ? 'c' : 's');
    g->verdict->ignored += ignored;
}

/* Beyond the window, by up to a megabyte. */
static uint32_t outside(struct writing *g, int dir)
{
    return seq_of(g, dir, g->sent[dir]) + g->window + 70000 + below(g, 1 << 20);
}

/* Each oddity is written between two exchanges, when everything sent has been acknowledged. Its
 * rows count how many segments of it define nothing. */
static void rst_outside(struct writing *g, int dir)
{
    forge(g, dir, outside(g, dir), 0, TCP_RST, 0);
    note(g, "rst-outside", dir, 1);
}

static void rst_below(struct writing *g, int dir)
{
    forge(g, dir, seq_of(g, dir, g->sent[dir]) - 1 - below(g, 1 << 20), 0, TCP_RST | ACK, 0);
    note(g, "rst-below", dir, 1);
}

static void rst_challenged(struct writing *g, int dir)
{
    forge(g, dir, seq_of(g, dir, g->sent[dir]) + 1 + below(g, g->window / 2), 0, TCP_RST, 0);
    pure_ack(g, !dir);
    note(g, "rst-challenged", dir, 1);
}

/* Exact, but it never arrived: both go on. */
static void rst_lost(struct writing *g, int dir)
{
    forge(g, dir, seq_of(g, dir, g->sent[dir]), 0, TCP_RST, 0);
    note(g, "rst-lost", dir, 1);
}

static void fin_outside(struct writing *g, int dir)
{
    forge(g, dir, outside(g, dir), seq_of(g, !dir, g->sent[!dir]), FIN_ACK, below(g, FORGED_MAX));
    note(g, "fin-outside", dir, 1);
}

static void fin_lost(struct writing *g, int dir)
{
    put(g, dir, g->sent[dir], g->sent[!dir], FIN_ACK, 0);
    note(g, "fin-lost", dir, 1);
}

static void fin_without_ack(struct writing *g, int dir)
{
    forge(g, dir, seq_of(g, dir, g->sent[dir]), 0, TCP_FIN, 0);
    note(g, "fin-without-ack", dir, 1);
}

static void data_outside(struct writing *g, int dir)
{
    forge(g, dir, outside(g, dir), seq_of(g, !dir, g->sent[!dir]), PSH_ACK,
          1 + below(g, FORGED_MAX - 1));
    note(g, "data-outside", dir, 1);
}

static void data_without_ack(struct writing *g, int dir)
{
    forge(g, dir, seq_of(g, dir, g->sent[dir]), 0, TCP_PSH, 1 + below(g, FORGED_MAX - 1));
    note(g, "data-without-ack", dir, 1);
}

static void ack_beyond(struct writing *g, int dir)
{
    forge(g, dir, seq_of(g, dir, g->sent[dir]),
          seq_of(g, !dir, g->sent[!dir]) + 1 + below(g, g->window - 1), ACK,
          below(g, 2) ? below(g, FORGED_MAX) : 0);
    note(g, "ack-beyond", dir, 1);
}

static void ack_too_old(struct writing *g, int dir)
{
    forge(g, dir, seq_of(g, dir, g->sent[dir]),
          seq_of(g, !dir, g->sent[!dir]) - g->window - 70000 - below(g, 1 << 20), PSH_ACK,
          1 + below(g, FORGED_MAX - 1));
    note(g, "ack-too-old", dir, 1);
}

static void syn_midstream(struct writing *g, int dir)
{
    bool near = below(g, 2);
    uint32_t far = g->isn[dir] + 1000000 + below(g, 1 << 30);
    forge(g, dir, near ? seq_of(g, dir, g->sent[dir]) + below(g, 1000) : far, 0, TCP_SYN, 0);
    if (below(g, 2))
        pure_ack(g, !dir);
    note(g, "syn", dir, 1);
}

static void syn_ack_midstream(struct writing *g, int dir)
{
    forge(g, dir, g->isn[dir] + 1000000 + below(g, 1 << 30),
          seq_of(g, !dir, below(g, 2) ? 0 : g->sent[!dir]), TCP_SYN | ACK, 0);
    note(g, "syn-ack", dir, 1);
}

/* Repetitions agree with what they repeat. */
static void opening_repeated(struct writing *g, int dir)
{
    opening_begin(g);
    if (dir == CLIENT)
        forge(g, CLIENT, g->isn[CLIENT], 0, TCP_SYN, 0);
    else
        forge(g, SERVER, g->isn[SERVER], g->isn[CLIENT] + 1, TCP_SYN | ACK, 0);
    opening_end(g);
    note(g, "again", dir, 0);
}

static void data_repeated(struct writing *g, int dir)
{
    uint32_t len = below(g, g->sent[dir] < SEGMENT_MAX ? g->sent[dir] + 1 : SEGMENT_MAX);
    put(g, dir, g->sent[dir] - len, g->sent[!dir], PSH_ACK, len);
    note(g, "data-again", dir, 0);
}

static void keepalive(struct writing *g, int dir)
{
    put(g, dir, g->sent[dir] - 1, g->sent[!dir], ACK, 0);
    pure_ack(g, !dir);
    note(g, "keepalive", dir, 0);
}

/* What follows is in the window, but has an older timestamp than what was acknowledged: PAWS. Without
 * timestamps it would be taken, so it is not written. */
static void old_segment(struct writing *g, int dir, const char *what, uint16_t flags, uint32_t len)
{
    uint32_t clock = g->clock[dir];
    if (!g->ts)
        return;
    g->clock[dir] = clock - 2000 - below(g, 1u << 30);
    forge(g, dir, seq_of(g, dir, g->sent[dir]), seq_of(g, !dir, g->sent[!dir]), flags, len);
    g->clock[dir] = clock;
    if (below(g, 2))
        pure_ack(g, !dir); /* RFC 7323 5.3: dropped, and acknowledged */
    note(g, what, dir, 1);
}

static void data_old(struct writing *g, int dir)
{
    old_segment(g, dir, "data-old", PSH_ACK, 1 + below(g, FORGED_MAX - 1));
}

static void fin_old(struct writing *g, int dir) { old_segment(g, dir, "fin-old", FIN_ACK, 0); }

static void ack_old(struct writing *g, int dir) { old_segment(g, dir, "ack-old", ACK, 0); }

/* A block of bytes that were never sent: the block is ignored, the segment is not. */
static void sack_beyond(struct writing *g, int dir)
{
    g->block[0] = seq_of(g, !dir, g->sent[!dir]) + 1000 + below(g, 20000);
    g->block[1] = g->block[0] + 1 + below(g, 1400);
    pure_ack(g, dir);
    note(g, "sack-beyond", dir, 0);
}

static void (*const oddities[])(struct writing *, int) = {
    rst_outside, rst_below,     rst_challenged,    rst_lost,         fin_outside,
    fin_lost,    data_outside,  fin_without_ack,   data_without_ack, ack_beyond,
    ack_too_old, syn_midstream, syn_ack_midstream, opening_repeated, data_repeated,
    keepalive,   data_old,      fin_old,           ack_old,          sack_beyond,
};
enum { ODDITIES = sizeof oddities / sizeof *oddities };

static void maybe_odd(struct writing *g)
{
    while (below(g, 3) == 0)
        oddities[below(g, ODDITIES)](g, (int)below(g, 2));
}

/* Some bytes of one side, perhaps out of order or twice, acknowledged by the other. */
static void exchange(struct writing *g, int dir)
{
    uint32_t from = g->sent[dir], len[2] = {1 + below(g, SEGMENT_MAX), 1 + below(g, SEGMENT_MAX)};
    bool swapped = below(g, 4) == 0, twice = below(g, 4) == 0;
    for (uint32_t k = 0; k < 2; k++) {
        bool second = (k == 1) != swapped;
        put(g, dir, from + (second ? len[0] : 0), g->sent[!dir], PSH_ACK, len[second]);
        if (twice)
            put(g, dir, from + (second ? len[0] : 0), g->sent[!dir], PSH_ACK, len[second]);
        if (second && k == 0 && g->sack) { /* a hole before it */
            g->block[0] = seq_of(g, dir, from + len[0]);
            g->block[1] = g->block[0] + len[1];
            pure_ack(g, !dir);
        }
    }
    g->sent[dir] += len[0] + len[1];
    pure_ack(g, !dir);
}

/* SYNs and SYN-ACKs that lead to nothing, before the handshake that counts. */
static void before_handshake(struct writing *g)
{
    switch (below(g, 6)) {
    case 0: /* refused, and tried again */
        forge(g, CLIENT, g->isn[CLIENT], 0, TCP_SYN, 0);
        forge(g, SERVER, 0, g->isn[CLIENT] + 1, TCP_RST | ACK, 0);
        note(g, "refused", SERVER, 1);
        break;
    case 1: { /* half-open discovery (RFC 9293 3.5.1, figure 9) */
        uint32_t old = g->isn[CLIENT] + (1u << 31) + below(g, 1000);
        forge(g, CLIENT, g->isn[CLIENT], 0, TCP_SYN, 0);
        forge(g, SERVER, g->isn[SERVER] + (1u << 30), old, ACK, 0);
        forge(g, CLIENT, old, 0, TCP_RST, 0);
        note(g, "half-open", SERVER, 2);
        break;
    }
    case 2: /* lost on its way to the server */
        forge(g, CLIENT, g->isn[CLIENT], 0, TCP_SYN, 0);
        note(g, "syn-again", CLIENT, 0);
        break;
    case 3: /* a reset that acknowledges nothing: SYN-SENT ignores it */
        forge(g, CLIENT, g->isn[CLIENT], 0, TCP_SYN, 0);
        forge(g, SERVER, g->isn[SERVER], 0, TCP_RST, 0);
        note(g, "rst-early", SERVER, 1);
        break;
    }
}

static void handshake(struct writing *g)
{
    opening_begin(g);
    before_handshake(g);
    forge(g, CLIENT, g->isn[CLIENT], 0, TCP_SYN, 0);
    if (below(g, 6) == 0) {
        forge(g, CLIENT, g->isn[CLIENT] + 50000 + below(g, 1 << 30), 0, TCP_SYN, 0);
        note(g, "other-syn", CLIENT, 1);
    }
    if (below(g, 6) == 0) { /* acknowledges another SYN */
        forge(g, SERVER, g->isn[SERVER] + 999, g->isn[CLIENT] - 12345, TCP_SYN | ACK, 0);
        note(g, "other-syn-ack", SERVER, 1);
    }
    forge(g, SERVER, g->isn[SERVER], g->isn[CLIENT] + 1, TCP_SYN | ACK, 0);
    if (below(g, 6) == 0) {
        forge(g, SERVER, g->isn[SERVER] + 50000 + below(g, 1 << 30), g->isn[CLIENT] + 1,
              TCP_SYN | ACK, 0);
        note(g, "late-syn-ack", SERVER, 1);
    }
    opening_end(g);
    pure_ack(g, CLIENT);
}

static void close_orderly(struct writing *g)
{
    int first = (int)below(g, 2);
    for (int k = 0; k < 2; k++) {
        int dir = k ? !first : first;
        put(g, dir, g->sent[dir], g->sent[!dir], FIN_ACK, 0);
        if (below(g, 4) == 0)
            put(g, dir, g->sent[dir], g->sent[!dir], FIN_ACK, 0);
        g->sent[dir]++;
        pure_ack(g, !dir);
    }
    if (below(g, 6) == 0) /* noise behind the end */
        forge(g, (int)below(g, 2), seq_of(g, CLIENT, g->sent[CLIENT]), 0, TCP_RST, 0);
}

static void close_by_reset(struct writing *g)
{
    int dir = (int)below(g, 2);
    forge(g, dir, seq_of(g, dir, g->sent[dir]), seq_of(g, !dir, g->sent[!dir]), TCP_RST | ACK, 0);
    g->verdict->reset = true;
    g->verdict->reset_by_server = dir == SERVER;
}

static void conversation(struct writing *g)
{
    handshake(g);
    exchange(g, (int)below(g, 2));
    for (uint32_t k = 1 + below(g, 4); k > 0; k--) {
        maybe_odd(g);
        exchange(g, CLIENT);
        exchange(g, SERVER);
    }
    g->verdict->client_bytes = g->sent[CLIENT];
    g->verdict->server_bytes = g->sent[SERVER];
    if (below(g, 4))
        close_orderly(g);
    else
        close_by_reset(g);
}

unsigned corpus_write(struct capture_writer *writer, struct rng *rng,
                      struct corpus_verdict verdicts[2])
{
    unsigned count = 1 + (rng_below(rng, 5) == 0);
    bool same_numbers = rng_below(rng, 2);
    struct writing g = {.w = writer, .rng = rng};
    for (int dir = 0; dir < 2; dir++)
        g.clock[dir] = (uint32_t)rng_u64(rng) | (below(&g, 4) ? 0 : 0xffffff00u);
    for (unsigned i = 0; i < count; i++) {
        verdicts[i] = (struct corpus_verdict){.client_port = writer->client_port};
        g.verdict = &verdicts[i];
        for (int dir = 0; dir < 2; dir++) {
            if (i == 0 || !same_numbers)
                g.isn[dir] = (uint32_t)rng_u64(rng) | (below(&g, 8) ? 0 : 0xffffff00u);
            g.sent[dir] = 0;
        }
        g.shift = below(&g, 2) ? 7 : 0;
        g.ts = below(&g, 2);
        g.sack = below(&g, 2);
        g.window = 64000;
        verdicts[i].client_isn = g.isn[CLIENT];
        verdicts[i].server_isn = g.isn[SERVER];
        conversation(&g);
    }
    return count;
}
