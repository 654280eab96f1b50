#include "models/trace/test/corpus_bases.h"

/* These functions write events other than a plain exchange of bytes, with timestamps and SACK. Before and after each
 * event all sent bytes are acknowledged. */
enum { PIECES = 6 };

static void piece(struct corpus_writing *g, int dir, uint32_t from, uint32_t k)
{
    corpus_put(g, dir, from + k * SEGMENT_MAX, g->sent[!dir], PSH_ACK, SEGMENT_MAX);
}

static void pieces_done(struct corpus_writing *g, int dir)
{
    g->sent[dir] += PIECES * SEGMENT_MAX;
    corpus_pure_ack(g, !dir);
}

/* A segment is lost after the point of capture, and is sent again after three duplicate ACKs. */
static void lost_behind(struct corpus_writing *g, int dir)
{
    uint32_t from = g->sent[dir], lost = corpus_below(g, PIECES - 3);
    for (uint32_t k = 0; k < PIECES; k++) {
        piece(g, dir, from, k);
        if (k <= lost)
            continue;
        corpus_report(g, dir, from + (lost + 1) * SEGMENT_MAX, from + (k + 1) * SEGMENT_MAX);
        corpus_put(g, !dir, g->sent[!dir], from + lost * SEGMENT_MAX, ACK, 0);
    }
    piece(g, dir, from, lost);
    pieces_done(g, dir);
    corpus_note(g, "lost-behind", dir, 0);
}

/* A segment is lost before the point of capture, so the capture has the later segments first. */
static void lost_before(struct corpus_writing *g, int dir)
{
    uint32_t from = g->sent[dir], lost = corpus_below(g, PIECES - 3);
    for (uint32_t k = 0; k < PIECES; k++)
        if (k != lost)
            piece(g, dir, from, k);
    corpus_report(g, dir, from + (lost + 1) * SEGMENT_MAX, from + PIECES * SEGMENT_MAX);
    corpus_put(g, !dir, g->sent[!dir], from + lost * SEGMENT_MAX, ACK, 0);
    piece(g, dir, from, lost);
    pieces_done(g, dir);
    corpus_note(g, "lost-before", dir, 0);
}

/* Every second segment is missing at first. There are three SACK blocks, with the newest one
 * first (RFC 2018 4). */
static void many_holes(struct corpus_writing *g, int dir)
{
    uint32_t from = g->sent[dir];
    for (uint32_t k = 1; k < PIECES; k += 2) {
        piece(g, dir, from, k);
        for (uint32_t j = k + 2; j > 1; j -= 2)
            corpus_report(g, dir, from + (j - 2) * SEGMENT_MAX, from + (j - 1) * SEGMENT_MAX);
        corpus_pure_ack(g, !dir);
    }
    for (uint32_t k = 0; k < PIECES; k += 2)
        piece(g, dir, from, k);
    pieces_done(g, dir);
    corpus_note(g, "holes", dir, 0);
}

/* Bytes that arrive twice are reported in a SACK block below the acknowledgment (RFC 2883 4). */
static void duplicate_sack(struct corpus_writing *g, int dir)
{
    uint32_t from = g->sent[dir];
    for (uint32_t k = 0; k < PIECES; k++)
        piece(g, dir, from, k);
    pieces_done(g, dir);
    piece(g, dir, from, PIECES - 1);
    corpus_report(g, dir, g->sent[dir] - SEGMENT_MAX, g->sent[dir]);
    corpus_pure_ack(g, !dir);
    corpus_note(g, "dsack", dir, 0);
}

/* All segments come in reverse order and are acknowledged once. */
static void backward(struct corpus_writing *g, int dir)
{
    uint32_t from = g->sent[dir];
    for (uint32_t k = PIECES; k > 0; k--)
        piece(g, dir, from, k - 1);
    pieces_done(g, dir);
    corpus_note(g, "backward", dir, 0);
}

/* The receiver's window closes, the sender probes it with one byte, and the window opens again. */
static void zero_window(struct corpus_writing *g, int dir)
{
    uint32_t from = g->sent[dir];
    uint16_t window = g->w->window;
    corpus_exchange(g, dir);
    g->w->window = 0;
    corpus_pure_ack(g, !dir);
    for (uint32_t tries = 1 + corpus_below(g, 2); tries > 0; tries--) {
        g->w->window = window;
        g->w->time_ns += 200000000;
        corpus_put(g, dir, g->sent[dir], g->sent[!dir], ACK, 1);
        g->w->window = 0;
        corpus_pure_ack(g, !dir);
    }
    g->w->window = window;
    corpus_pure_ack(g, !dir);
    corpus_exchange(g, dir);
    corpus_note(g, from ? "zero-window" : "zero-window-first", dir, 0);
}

/* Both sides are silent for hours, except for keepalive probes, which have one byte of any value
 * or none (RFC 9293 3.8.4). */
static void silent(struct corpus_writing *g, int dir)
{
    for (uint32_t k = 1 + corpus_below(g, 3); k > 0; k--) {
        g->w->time_ns += UINT64_C(7200) * 1000000000;
        if (corpus_below(g, 2))
            corpus_put(g, dir, g->sent[dir] - 1, g->sent[!dir], ACK, 0);
        else
            corpus_forge(g, dir, corpus_seq_of(g, dir, g->sent[dir] - 1),
                         corpus_seq_of(g, !dir, g->sent[!dir]), ACK, 1);
        corpus_pure_ack(g, !dir);
    }
    corpus_exchange(g, dir);
    corpus_note(g, "silent", dir, 0);
}

/* The clock of one side passes 2^32, so its timestamps are newer and not older (RFC 7323 5.2). */
static void clock_wraps(struct corpus_writing *g, int dir)
{
    const uint32_t step = 1u << 30, last = UINT32_MAX - 1; /* less than half of the number space */
    while (last - g->clock[dir] > step) {
        g->clock[dir] += step;
        corpus_exchange(g, dir);
        corpus_pure_ack(g, dir);
    }
    g->clock[dir] = last;
    corpus_exchange(g, dir);
    corpus_pure_ack(g, dir);
    corpus_exchange(g, dir);
    corpus_note(g, "clock-wraps", dir, 0);
}

/* The last segment and several repetitions of it are lost. */
static void tail_lost(struct corpus_writing *g, int dir)
{
    uint32_t len = 1 + corpus_below(g, SEGMENT_MAX);
    for (uint32_t k = 0; k < 3; k++) {
        corpus_put(g, dir, g->sent[dir], g->sent[!dir], PSH_ACK, len);
        g->w->time_ns += UINT64_C(300000000) << k;
    }
    g->sent[dir] += len;
    corpus_pure_ack(g, !dir);
    corpus_note(g, "tail-lost", dir, 0);
}

/* Both sides send at the same time, before they have the other's bytes. */
static void crossing(struct corpus_writing *g, int dir)
{
    uint32_t before[2] = {g->sent[CLIENT], g->sent[SERVER]};
    for (uint32_t k = 0; k < PIECES; k++) {
        corpus_put(g, dir, before[dir] + k * 100, before[!dir], PSH_ACK, 100);
        corpus_put(g, !dir, before[!dir] + k * 100, before[dir], PSH_ACK, 100);
    }
    g->sent[CLIENT] += PIECES * 100;
    g->sent[SERVER] += PIECES * 100;
    corpus_pure_ack(g, dir);
    corpus_pure_ack(g, !dir);
    corpus_note(g, "crossing", dir, 0);
}

static void (*const bases[])(struct corpus_writing *, int) = {
    lost_behind, lost_before, many_holes,  duplicate_sack, backward,
    zero_window, silent,      clock_wraps, tail_lost,      crossing,
};
enum { BASES = sizeof bases / sizeof *bases };

void corpus_base(struct corpus_writing *g)
{
    bases[corpus_below(g, BASES)](g, (int)corpus_below(g, 2));
}
