#include "models/trace/capture/capture_file.h"

#include "models/trace/capture/capture_link.h"
#include "models/trace/capture/pcapng.h"

#include <assert.h>
#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_BYTES = 4, RECORD_HEAD = 16, RECORD_HEAD_LONG = 24 };
enum { LINKTYPE_RAW = 101 }; /* in files; libpcap's own number depends on the system */

#define NS_PER_S UINT64_C(1000000000)
#define SECONDS_MAX UINT64_C(0x1ffffffff) /* the year 2242: time in ns stays far inside 64 bits */

/* The bytes of the source. The first bytes are read to recognize the format, and then delivered a second time. */
struct stream {
    struct capture_source *source;
    uint8_t head[HEAD_BYTES];
    unsigned head_bytes, head_read;
};

struct capture_file {
    struct stream stream;
    pcap_t *pcap; /* classic pcap; or */
    struct pcapng *ng;
    int link;
    char damage[PCAP_ERRBUF_SIZE];
};

static ssize_t stream_read(void *cookie, char *bytes, size_t size)
{
    struct stream *stream = cookie;
    size_t done = 0;
    while (done < size && stream->head_read < stream->head_bytes)
        bytes[done++] = (char)stream->head[stream->head_read++];
    if (done)
        return (ssize_t)done;
    long got = capture_source_next(stream->source, bytes, size);
    if (got >= 0)
        return got;
    errno = EIO;
    return -1;
}

/* Supports only the query of the position, which ftello() needs. */
static int stream_seek(void *cookie, off64_t *offset, int whence)
{
    const struct stream *stream = cookie;
    if (whence != SEEK_CUR || *offset != 0)
        return -1;
    *offset =
        (off64_t)(capture_source_position(stream->source) - stream->head_bytes + stream->head_read);
    return 0;
}

static long stream_read_whole(void *cookie, void *bytes, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t got = stream_read(cookie, (char *)bytes + done, size - done);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (long)done;
}

static void stream_begin(struct stream *stream, struct capture_source *source)
{
    stream->source = source;
    long got = stream_read_whole(stream, stream->head, HEAD_BYTES);
    stream->head_bytes = got > 0 ? (unsigned)got : 0;
}

enum status capture_file_link_error(const char *path, int link, struct error *err)
{
    const char *name = pcap_datalink_val_to_name(link);
    return error_set(
        err, STATUS_BAD_INPUT,
        "%s: link type %s (%d) is not understood; Ethernet, Linux cooked and raw IP are", path,
        name ? name : "unknown", link);
}

static bool open_classic(struct capture_file *file, const char *path, struct error *err)
{
    char words[PCAP_ERRBUF_SIZE] = "";
    cookie_io_functions_t io = {.read = stream_read, .seek = stream_seek};
    FILE *stream = fopencookie(&file->stream, "rb", io);
    if (!stream) {
        error_set(err, STATUS_ENVIRONMENT, "%s: out of memory", path);
        return false;
    }
    file->pcap =
        pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, words);
    if (!file->pcap) {
        fclose(stream);
        error_set(err, STATUS_BAD_INPUT, "%s: not a capture: %s", path, words);
        return false;
    }
    file->link = pcap_datalink(file->pcap);
    return capture_link_is_known(file->link) ||
           capture_file_link_error(path, file->link, err) == STATUS_OK;
}

static bool open_ng(struct capture_file *file, const char *path, struct error *err)
{
    file->ng = pcapng_open(stream_read_whole, &file->stream);
    if (!file->ng)
        error_set(err, STATUS_ENVIRONMENT, "%s: out of memory", path);
    return file->ng != NULL;
}

struct capture_file *capture_file_open(struct capture_source *source, const char *path,
                                       struct error *err)
{
    struct capture_file *file = calloc(1, sizeof *file);
    if (!file) {
        error_set(err, STATUS_ENVIRONMENT, "%s: out of memory", path);
        return NULL;
    }
    stream_begin(&file->stream, source);
    uint32_t magic = 0;
    if (file->stream.head_bytes == HEAD_BYTES)
        memcpy(&magic, file->stream.head, HEAD_BYTES);
    if (magic == PCAPNG_MAGIC ? open_ng(file, path, err) : open_classic(file, path, err))
        return file;
    capture_file_close(file);
    return NULL;
}

void capture_file_close(struct capture_file *file)
{
    if (!file)
        return;
    pcapng_close(file->ng);
    if (file->pcap)
        pcap_close(file->pcap);
    free(file);
}

/* Returns the time in ns. Some writers put whole seconds into the fraction, so the excess is carried over. */
static uint64_t time_normalise(const struct timeval *stamp)
{
    uint64_t seconds = stamp->tv_sec < 0 ? 0 : (uint64_t)stamp->tv_sec;
    uint64_t ns = stamp->tv_usec < 0 ? 0 : (uint64_t)stamp->tv_usec;
    seconds = seconds > SECONDS_MAX ? SECONDS_MAX : seconds;
    ns = ns > SECONDS_MAX * NS_PER_S ? 0 : ns;
    return seconds * NS_PER_S + ns;
}

static enum capture_file_state end_of_file(struct capture_file *file)
{
    /* libpcap cannot distinguish the end of a truncated compressed file from a normal end. */
    const char *words = capture_source_damage(file->stream.source);
    if (!words)
        return CAPTURE_END;
    snprintf(file->damage, sizeof file->damage, "%s", words);
    return CAPTURE_DAMAGED;
}

static int link_of(int link) { return link == LINKTYPE_RAW ? DLT_RAW : link; }

static enum capture_file_state next_ng(struct capture_file *file, struct capture_record *record)
{
    struct pcapng_packet packet;
    switch (pcapng_next(file->ng, &packet)) {
    case PCAPNG_PACKET:
        *record = (struct capture_record){.time_ns = packet.time_ns,
                                          .bytes = packet.bytes,
                                          .at = packet.at,
                                          .captured = packet.captured,
                                          .length = packet.length,
                                          .interface = packet.interface};
        record->link = link_of(pcapng_interface(file->ng, packet.interface)->link);
        return CAPTURE_RECORD;
    case PCAPNG_END:
        return end_of_file(file);
    case PCAPNG_DAMAGED:
        break;
    }
    if (end_of_file(file) == CAPTURE_END)
        snprintf(file->damage, sizeof file->damage, "%s", pcapng_damage(file->ng));
    return CAPTURE_DAMAGED;
}

/* Returns where the packet bytes of a record are that libpcap has read. They follow the record header. */
static uint64_t record_at(const struct capture_file *file, off_t from, uint32_t captured)
{
    off_t head = ftello(pcap_file(file->pcap)) - from - (off_t)captured;
    bool known = from >= 0 && (head == RECORD_HEAD || head == RECORD_HEAD_LONG);
    return known ? (uint64_t)(from + head) : CAPTURE_NOWHERE;
}

enum capture_file_state capture_file_next(struct capture_file *file, struct capture_record *record)
{
    if (file->ng)
        return next_ng(file, record);
    struct pcap_pkthdr *header;
    const unsigned char *bytes;
    off_t from = ftello(pcap_file(file->pcap));
    int got = pcap_next_ex(file->pcap, &header, &bytes);
    if (got == PCAP_ERROR_BREAK)
        return end_of_file(file);
    if (got != 1) {
        snprintf(file->damage, sizeof file->damage, "%s", pcap_geterr(file->pcap));
        return CAPTURE_DAMAGED;
    }
    record->time_ns = time_normalise(&header->ts);
    record->bytes = bytes;
    record->at = record_at(file, from, header->caplen);
    record->captured = header->caplen;
    record->length = header->len > header->caplen ? header->len : header->caplen;
    record->interface = 0;
    record->link = file->link;
    return CAPTURE_RECORD;
}

const char *capture_file_damage(const struct capture_file *file) { return file->damage; }

uint32_t capture_file_interface_count(const struct capture_file *file)
{
    return file->ng ? pcapng_interface_count(file->ng) : 1;
}

const char *capture_file_interface_name(const struct capture_file *file, uint32_t index)
{
    return file->ng ? pcapng_interface(file->ng, index)->name : "";
}
