/*
 * The received frames that may still make a connection move, with their times and their numbers in
 * the captures. A frame leaves the book when the driver has acted on its record or a stage dropped
 * it, so the book's size follows the frames under way and no frame is forgotten too early.
 */
#ifndef TOESIM_STATS_FRAME_BOOK_H
#define TOESIM_STATS_FRAME_BOOK_H

#include "models/base/probe.h"
#include "models/hwif/nic_bus.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One frame; a time is TIME_NEVER until the event has happened. */
struct seen_frame {
    uint64_t id;         /* 0: no frame */
    uint32_t conn;       /* as frame_book_set_conn() said; else PROBE_NO_CONN */
    uint64_t number;     /* of its record in nicN.pcap, from 1 as Wireshark counts */
    uint64_t rx_ps;      /* last bit at the MAC */
    uint64_t foreign_ps; /* the NIC's lookup said that the connection is not its own (T1) */
    uint64_t visible_ps; /* its record is visible in host memory */
    uint8_t nic;
};

struct frame_book {
    struct seen_frame *slots; /* open addressing on the id */
    size_t capacity, count;
    uint64_t recorded[NIC_COUNT]; /* frames of both directions so far */
    struct seen_frame used;       /* the frame whose record the driver acts on now */
};

/* Initializes an empty book. Returns false if memory is short. */
bool frame_book_init(struct frame_book *book);
void frame_book_free(struct frame_book *book);

/* The kinds of events that frame_book_on_event() needs, as bits of (1 << kind). */
uint64_t frame_book_kinds(void);
/* Updates the book from an event. Other kinds of events are ignored. */
void frame_book_on_event(struct frame_book *book, const struct probe_event *event);

/* Names the connection of a frame that has just been received. */
void frame_book_set_conn(struct frame_book *book, uint64_t id, uint32_t conn);

/* The frame that the driver acts on, or one that it has not acted on; null: it is not in the book. The
 * pointer is valid until the next event. */
const struct seen_frame *frame_book_find(const struct frame_book *book, uint64_t id);

#endif
