#include "models/mac/test/beat_mac.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

enum { IDLE = 0x07, START = 0xfb, TERMINATE = 0xfd, GAP = 12, PREAMBLE = 8 };

struct lane {
    uint8_t code;
    bool is_control;
};

struct sender {
    struct beat_frame *frames;
    size_t count, next[2]; /* the next data frame and the next control frame */
    const struct beat_pause *pauses;
    size_t pause_count, pause_next;
    uint64_t hold_byte;
    uint32_t align;
    uint8_t wire[BEAT_WIRE_MAX]; /* bytes of the frame being sent */
    uint32_t wire_len, wire_at;
    uint32_t gap_left; /* bytes still missing of the 12 */
    uint32_t deficit;
    size_t sent;
};

struct reader {
    struct beat_frame *frames;
    size_t count, found;
    bool inside;
    uint64_t first_byte, first_word;
    uint8_t wire[BEAT_WIRE_MAX];
    uint32_t len;
    bool bad;
    size_t next[2];
};

static void skip_to_kind(const struct beat_frame *frames, size_t count, size_t *next, bool control)
{
    while (*next < count && frames[*next].is_control != control)
        ++*next;
}

/* Returns the frame that may begin in this lane, preferably a control frame, or `count` if there is none. */
static size_t choose(struct sender *s, uint64_t at)
{
    for (; s->pause_next < s->pause_count && s->pauses[s->pause_next].at_byte <= at;
         s->pause_next++)
        s->hold_byte = s->pauses[s->pause_next].until_byte;
    for (int control = 1; control >= 0; control--) {
        size_t *next = &s->next[control];
        skip_to_kind(s->frames, s->count, next, control);
        if (*next < s->count && s->frames[*next].ready_byte <= at &&
            (control || at >= s->hold_byte))
            return *next;
    }
    return s->count;
}

static void load(struct sender *s, const struct beat_frame *frame)
{
    uint32_t padded = frame->len < 60 ? 60 : frame->len;
    memset(s->wire, 0x55, PREAMBLE);
    s->wire[PREAMBLE - 1] = 0xd5;
    memset(s->wire + PREAMBLE, 0, padded);
    memset(s->wire + PREAMBLE, frame->fill, frame->len);
    uint32_t fcs = (uint32_t)crc32(0, s->wire + PREAMBLE, padded);
    for (int i = 0; i < 4; i++)
        s->wire[PREAMBLE + padded + (uint32_t)i] = (uint8_t)(fcs >> 8 * i);
    s->wire_len = PREAMBLE + padded + 4;
    s->wire_at = 0;
}

/* Returns the next character of the sender, for one lane. */
static struct lane step(struct sender *s, uint64_t at)
{
    if (s->wire_at < s->wire_len) /* within a frame */
        return (struct lane){s->wire[s->wire_at++], false};
    if (s->wire_len) { /* after a frame */
        s->wire_len = s->wire_at = 0;
        s->gap_left = GAP - 1;
        return (struct lane){TERMINATE, true};
    }
    bool may_start = at % s->align == 0 && s->gap_left + s->deficit < s->align;
    size_t chosen = may_start ? choose(s, at) : s->count;
    if (chosen < s->count) {
        load(s, &s->frames[chosen]);
        s->next[s->frames[chosen].is_control] = chosen + 1;
        s->sent++;
        s->deficit += s->gap_left; /* these idle characters are left out */
        s->gap_left = 0;
        s->wire_at = 1;
        return (struct lane){START, true};
    }
    if (s->gap_left)
        s->gap_left--;
    else if (s->deficit)
        s->deficit--; /* this idle character was owed */
    return (struct lane){IDLE, true};
}

static void end_frame(struct reader *r, uint64_t last_byte, uint64_t last_word)
{
    /* The CRC over a frame and its FCS is a constant (docs/timing.md, section 3.6). */
    bool good = r->len > 60 &&
                crc32(0, r->wire + PREAMBLE - 1, r->len - (PREAMBLE - 1)) == UINT32_C(0x2144df1c);
    for (int control = 0; good && control < 2; control++) {
        size_t *next = &r->next[control];
        skip_to_kind(r->frames, r->count, next, control);
        struct beat_frame *frame = &r->frames[*next];
        if (*next == r->count || frame->fill != r->wire[PREAMBLE - 1])
            continue;
        frame->first_byte = r->first_byte;
        frame->first_word = r->first_word;
        frame->last_byte = last_byte;
        frame->last_word = last_word;
        ++*next;
        r->found++;
        return;
    }
    r->bad = true;
}

static void read_word(struct reader *r, const struct lane *lanes, uint32_t bytes, uint64_t word)
{
    for (uint32_t i = 0; i < bytes; i++) {
        uint64_t at = word * bytes + i;
        if (lanes[i].is_control && lanes[i].code == START) {
            r->inside = true;
            r->len = 0;
            r->first_byte = at;
            r->first_word = word;
        } else if (lanes[i].is_control && lanes[i].code == TERMINATE) {
            r->bad |= !r->inside;
            r->inside = false;
            end_frame(r, at - 1, (at - 1) / bytes);
        } else if (!lanes[i].is_control && r->inside && r->len < sizeof r->wire) {
            r->wire[r->len++] = lanes[i].code;
        } else {
            r->bad |= lanes[i].is_control == r->inside;
        }
    }
}

bool beat_mac_run(uint32_t word_bytes, uint32_t align, struct beat_frame *frames, size_t count,
                  const struct beat_pause *pauses, size_t pause_count)
{
    static struct sender s;
    static struct reader r;
    assert(word_bytes <= BEAT_WORD_MAX && word_bytes % align == 0);
    memset(&s, 0, sizeof s);
    memset(&r, 0, sizeof r);
    s.frames = r.frames = frames;
    s.count = r.count = count;
    s.pauses = pauses;
    s.pause_count = pause_count;
    s.align = align;
    for (uint64_t word = 0; r.found < count && !r.bad; word++) {
        struct lane lanes[BEAT_WORD_MAX];
        for (uint32_t i = 0; i < word_bytes; i++)
            lanes[i] = step(&s, word * word_bytes + i);
        read_word(&r, lanes, word_bytes, word);
    }
    return !r.bad && s.sent == count;
}
