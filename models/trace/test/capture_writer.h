/* Writes small captures for tests, one conversation at a time, with all kinds of irregular
 * frames. */
#ifndef TOESIM_TEST_CAPTURE_WRITER_H
#define TOESIM_TEST_CAPTURE_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* The TCP checksum of a segment is correct, wrong, or holds only the sum of the pseudo-header, as in captures of a
 * sender whose NIC computes the rest. */
enum writer_checksum { WRITER_GOOD, WRITER_BAD, WRITER_UNFILLED };

struct capture_writer {
    char path[64]; /* a temporary file, which capture_writer_remove() removes */
    FILE *stream;
    bool big_endian, nanoseconds;
    uint32_t link;    /* 1 is Ethernet, 101 raw IP, 113 Linux cooked */
    uint32_t snaplen; /* bytes of a record that are stored */
    /* These apply to the next frames and may be changed between two frames. */
    uint64_t time_ns;
    uint64_t step_ns; /* time between two frames */
    uint8_t ip_version;
    uint32_t client_v4, server_v4;
    uint16_t client_port, server_port;
    uint16_t vlan[2]; /* outer and inner VLAN id; 0 means none */
    uint16_t window;
    enum writer_checksum checksum;
    const uint8_t *options;
    uint32_t options_len;
};

/* Creates the file and writes its header. The defaults of the other members are IPv4, no VLAN, a good checksum, and 1
 * ms between two frames. */
void capture_writer_open(struct capture_writer *writer, bool big_endian, bool nanoseconds,
                         uint32_t link);
/* Writes one segment of the client, or of the server if `from_server` is true. */
void capture_writer_tcp(struct capture_writer *writer, bool from_server, uint32_t seq, uint32_t ack,
                        uint16_t flags, const void *payload, uint32_t len);
/* Writes a record with `captured` bytes of a frame that had `length` bytes on the wire. */
void capture_writer_raw(struct capture_writer *writer, const void *bytes, uint32_t captured,
                        uint32_t length);
/* Closes the file, which can then be read. */
void capture_writer_close(struct capture_writer *writer);
/* Removes the file. */
void capture_writer_remove(const struct capture_writer *writer);

/* Writes SYN, SYN-ACK and ACK. The client's ISN is 1000, and the server's is 5000. */
void capture_writer_handshake(struct capture_writer *writer);
/* Writes the FINs of both sides after this many bytes, and the last ACKs. */
void capture_writer_fins(struct capture_writer *writer, uint32_t client_bytes,
                         uint32_t server_bytes);

#endif
