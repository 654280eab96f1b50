/* Reads streams.bin (stream_record.h), and puts each stream together. */
#ifndef TOESIM_SIM_STREAM_FILE_H
#define TOESIM_SIM_STREAM_FILE_H

#include "models/base/status.h"
#include "models/hwif/flow_key.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A part of a stream; its bytes are in the file. */
struct stream_piece {
    uint64_t offset;
    const uint8_t *bytes;
    uint32_t len;
    uint32_t arrival; /* number of the piece in the order of arrival */
};

/* What one side received. After stream_file_open() the pieces are in order, without overlap and without a gap. A byte
 * that arrived twice has the value that arrived first, and what is behind a gap is left out. */
struct stream {
    struct stream_piece *pieces;
    size_t count, capacity;
    uint64_t len; /* of all pieces */
};

struct stream_conn {
    struct flow_key key;
    uint32_t nth; /* 0 for the first connection of this tuple */
    struct stream to_server, to_client;
    bool fin;         /* the client received every byte up to a FIN of the server */
    bool reset;       /* the client received a reset, and no FIN before it */
    bool judged;      /* it is one of the run's conversations */
    uint32_t notices; /* how often the application was notified of the end */
    uint32_t cause;   /* the cause it was given: enum nic_term_cause */
    uint32_t outcome; /* enum outcome */
    uint64_t number;  /* of the conversation */
    uint64_t fin_at;  /* place of the FIN */
};

struct stream_file {
    void *base; /* the file in memory */
    size_t size;
    struct stream_conn *conns; /* by tuple, then in the order of their appearance */
    size_t count, capacity;
};

/* Maps and reads a file. Connections that are no conversations of the run, and those to which nothing happened, are
 * left out. Returns STATUS_ENVIRONMENT if the file cannot be read or is not complete, or if memory is short.
 * stream_file_close() must be called in any case. */
enum status stream_file_open(struct stream_file *file, const char *path, struct error *err);
void stream_file_close(struct stream_file *file);

/* Orders connections by tuple and then by their appearance, as qsort() wants it. */
int stream_conn_order(const void *a, const void *b);

/* Returns the offset of the first byte that differs between two streams, as far as both have bytes; UINT64_MAX if none
 * differs. */
uint64_t stream_first_difference(const struct stream *a, const struct stream *b);

#endif
