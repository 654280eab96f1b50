/*
 * The file streams.bin: what each side of each connection received in a run, and how it ended. `toesim equal` compares
 * these files of three runs of one scenario, and removes them. A file is a sequence of records, each with `len` bytes
 * behind it. The program that reads a file is the one that wrote it, so the numbers have the machine's byte order.
 */
#ifndef TOESIM_SIM_STREAM_RECORD_H
#define TOESIM_SIM_STREAM_RECORD_H

#include <assert.h>
#include <stdint.h>

#define STREAM_FILE "streams.bin"

enum stream_kind {
    STREAM_OPENED, /* a connection appears; its bytes are a struct flow_key, and offset is the ISN of the server */
    STREAM_TO_SERVER, /* the server's application took bytes of the client */
    STREAM_TO_CLIENT, /* bytes of the server reached the client, perhaps again or out of order */
    STREAM_FIN,     /* a FIN of the server reached the client; offset is its place in the stream */
    STREAM_RESET,   /* a reset of the server reached the client */
    STREAM_NOTICE,  /* the application was notified of the end; value is enum nic_term_cause */
    STREAM_OUTCOME, /* value is enum outcome, and offset the number of the conversation */
};

struct stream_record {
    uint32_t connection; /* number in this file, from 0 in the order of STREAM_OPENED */
    uint32_t kind;       /* enum stream_kind */
    uint64_t offset;     /* place of the first byte in the stream */
    uint32_t value;
    uint32_t len; /* bytes that follow */
};

static_assert(sizeof(struct stream_record) == 24, "stream_record has padding");

#endif
