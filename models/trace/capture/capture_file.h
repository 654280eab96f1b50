/* Records of a pcap or pcapng file, plain or gzip. Classic pcap is read by libpcap, pcapng by
 * pcapng.c. */
#ifndef TOESIM_TRACE_CAPTURE_FILE_H
#define TOESIM_TRACE_CAPTURE_FILE_H

#include "models/base/status.h"
#include "models/trace/capture/capture_source.h"

#include <stdbool.h>
#include <stdint.h>

#define CAPTURE_NOWHERE UINT64_MAX /* where in the file the bytes are is not known */

struct capture_record {
    uint64_t time_ns;     /* since 1970; a fraction of a second beyond its range is carried over */
    const uint8_t *bytes; /* valid until the next record is read */
    uint64_t at;          /* where they are in the unpacked file, or CAPTURE_NOWHERE */
    uint32_t captured;    /* bytes in the file */
    uint32_t length;      /* bytes on the wire, at least captured */
    uint32_t interface;   /* 0 in classic pcap */
    int link;             /* DLT_ value, perhaps of an unknown link type */
};

enum capture_file_state { CAPTURE_RECORD, CAPTURE_END, CAPTURE_DAMAGED };

struct capture_file; /* opaque */

/* Opens a capture. `source` is borrowed until the file is closed and is read from its beginning; `path` is used in
 * messages. Returns null and sets `err` if it is no capture, or is a classic pcap file of an unknown link type. */
struct capture_file *capture_file_open(struct capture_source *source, const char *path,
                                       struct error *err);
void capture_file_close(struct capture_file *file);

/* Reads the next record. After DAMAGED (see capture_file_damage()) or END nothing more can be read. */
enum capture_file_state capture_file_next(struct capture_file *file, struct capture_record *record);
const char *capture_file_damage(const struct capture_file *file);

/* Return the number of interfaces seen so far, and the name of one of them. The name is empty if the file has none. */
uint32_t capture_file_interface_count(const struct capture_file *file);
const char *capture_file_interface_name(const struct capture_file *file, uint32_t index);

/* Sets `err` to a message about an unknown link type and returns its status. */
enum status capture_file_link_error(const char *path, int link, struct error *err);

#endif
