#include "models/trace/capture_file.h"

#include "models/trace/capture_link.h"

#include <assert.h>
#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { GZIP_BUFFER_BYTES = 1 << 17 };

#define NS_PER_S UINT64_C(1000000000)
#define SECONDS_MAX UINT64_C(0x1ffffffff) /* the year 2242: time in ns stays far inside 64 bits */

struct capture_file {
    pcap_t *pcap;
    gzFile gzip; /* owned by the stream of pcap */
    int link;
    char damage[PCAP_ERRBUF_SIZE];
};

static ssize_t gzip_read(void *cookie, char *bytes, size_t size)
{
    unsigned ask = size > GZIP_BUFFER_BYTES ? GZIP_BUFFER_BYTES : (unsigned)size;
    int got = gzread(cookie, bytes, ask);
    if (got >= 0)
        return got;
    errno = EIO;
    return -1;
}

static int gzip_close(void *cookie) { return gzclose(cookie) == Z_OK ? 0 : EOF; }

/* zlib hands plain files through unchanged, so there is one way in. */
static FILE *stream_open(const char *path, gzFile *gzip, struct error *err)
{
    errno = 0;
    *gzip = gzopen(path, "rb");
    if (!*gzip) {
        error_set(err, errno == ENOMEM ? STATUS_ENVIRONMENT : STATUS_BAD_INPUT,
                  "%s: cannot be opened: %s", path, errno ? strerror(errno) : "out of memory");
        return NULL;
    }
    gzbuffer(*gzip, GZIP_BUFFER_BYTES);
    cookie_io_functions_t io = {.read = gzip_read, .close = gzip_close};
    FILE *stream = fopencookie(*gzip, "rb", io);
    if (!stream) {
        gzclose(*gzip);
        error_set(err, STATUS_ENVIRONMENT, "%s: out of memory", path);
    }
    return stream;
}

static bool link_check(struct capture_file *file, const char *path, struct error *err)
{
    file->link = pcap_datalink(file->pcap);
    if (capture_link_is_known(file->link))
        return true;
    const char *name = pcap_datalink_val_to_name(file->link);
    error_set(err, STATUS_BAD_INPUT,
              "%s: link type %s (%d) is not understood; Ethernet, Linux cooked and raw IP are",
              path, name ? name : "unknown", file->link);
    return false;
}

struct capture_file *capture_file_open(const char *path, struct error *err)
{
    struct capture_file *file = calloc(1, sizeof *file);
    if (!file) {
        error_set(err, STATUS_ENVIRONMENT, "%s: out of memory", path);
        return NULL;
    }
    FILE *stream = stream_open(path, &file->gzip, err);
    if (!stream) {
        free(file);
        return NULL;
    }
    char words[PCAP_ERRBUF_SIZE] = "";
    file->pcap =
        pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, words);
    if (!file->pcap) {
        fclose(stream);
        free(file);
        error_set(err, STATUS_BAD_INPUT, "%s: not a capture: %s", path, words);
        return NULL;
    }
    if (!link_check(file, path, err)) {
        capture_file_close(file);
        return NULL;
    }
    return file;
}

void capture_file_close(struct capture_file *file)
{
    if (!file)
        return;
    pcap_close(file->pcap); /* closes the stream and with it the gzip file */
    free(file);
}

/* Writers have put whole seconds into the fraction, and pcapng counts in 64 bits. */
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
    int code = Z_OK;
    const char *words = gzerror(file->gzip, &code);
    if (code == Z_OK || code == Z_STREAM_END)
        return CAPTURE_END;
    /* A compressed file cut short ends like a sound one for libpcap. */
    snprintf(file->damage, sizeof file->damage, "gzip: %s", words);
    return CAPTURE_DAMAGED;
}

enum capture_file_state capture_file_next(struct capture_file *file, struct capture_record *record)
{
    struct pcap_pkthdr *header;
    const unsigned char *bytes;
    int got = pcap_next_ex(file->pcap, &header, &bytes);
    if (got == PCAP_ERROR_BREAK)
        return end_of_file(file);
    if (got != 1) {
        snprintf(file->damage, sizeof file->damage, "%s", pcap_geterr(file->pcap));
        return CAPTURE_DAMAGED;
    }
    record->time_ns = time_normalise(&header->ts);
    record->bytes = bytes;
    record->captured = header->caplen;
    record->length = header->len > header->caplen ? header->len : header->caplen;
    return CAPTURE_RECORD;
}

const char *capture_file_damage(const struct capture_file *file) { return file->damage; }

int capture_file_link(const struct capture_file *file) { return file->link; }
