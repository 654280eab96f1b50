#include "models/trace/output/pcap_out.h"

#include "models/base/frame.h"
#include "models/base/publish.h"
#include "models/base/units.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FILES = 3,
    TEAM = 2, /* index of team.pcapng; below it the files of the NICs */
    NICS = 2,
    BUFFER_BYTES = 1 << 20,
    FRAME_MIN = 60, /* on the wire without FCS */
    LINK_ETHERNET = 1,
    SNAPLEN = 65535,
};

static_assert((int)FRAME_BYTES_MAX <= (int)SNAPLEN, "every frame fits");

static const char *const names[FILES] = {"nic0.pcap", "nic1.pcap", "team.pcapng"};

struct out_file {
    struct publish file;
    char *buffer;
    int error; /* errno of the first failed write */
};

struct pcap_out {
    struct out_file files[FILES];
};

/* A block under construction. It is little endian, so that the files are the same on every machine. */
struct block {
    uint32_t len;
    uint8_t bytes[FRAME_BYTES_MAX + 128];
};

static void put(struct block *block, const void *bytes, uint32_t len)
{
    assert(block->len + len <= sizeof block->bytes);
    memcpy(block->bytes + block->len, bytes, len);
    block->len += len;
}

static void put16(struct block *block, uint16_t value)
{
    const uint8_t bytes[2] = {(uint8_t)value, (uint8_t)(value >> 8)};
    put(block, bytes, sizeof bytes);
}

static void put32(struct block *block, uint32_t value)
{
    put16(block, (uint16_t)value);
    put16(block, (uint16_t)(value >> 16));
}

static void put_zeros(struct block *block, uint32_t len)
{
    static const uint8_t zeros[FRAME_MIN] = {0};
    assert(len <= sizeof zeros);
    put(block, zeros, len);
}

static void file_write(struct out_file *file, const struct block *block)
{
    if (file->error)
        return;
    errno = 0;
    if (fwrite(block->bytes, 1, block->len, file->file.stream) != block->len)
        file->error = errno ? errno : EIO;
}

static void pcap_header(struct out_file *file)
{
    struct block block = {0};
    put32(&block, 0xa1b23c4d); /* nanoseconds */
    put16(&block, 2);
    put16(&block, 4);
    put32(&block, 0);
    put32(&block, 0);
    put32(&block, SNAPLEN);
    put32(&block, LINK_ETHERNET);
    file_write(file, &block);
}

/* Writes the section header (pcapng 4.1). Its length is -1, which means unknown. */
static void pcapng_section(struct out_file *file)
{
    struct block block = {0};
    put32(&block, 0x0a0d0d0a);
    put32(&block, 28);
    put32(&block, 0x1a2b3c4d);
    put16(&block, 1);
    put16(&block, 0);
    put32(&block, UINT32_MAX);
    put32(&block, UINT32_MAX);
    put32(&block, 28);
    file_write(file, &block);
}

/* Writes an interface description (pcapng 4.2) with the options if_name (2) and if_tsresol (9), which is 10^-9 s. */
static void pcapng_interface(struct out_file *file, unsigned nic)
{
    struct block block = {0};
    const char name[4] = {'n', 'i', 'c', (char)('0' + nic)};
    const uint8_t resolution[4] = {9, 0, 0, 0};
    put32(&block, 1);
    put32(&block, 40);
    put16(&block, LINK_ETHERNET);
    put16(&block, 0);
    put32(&block, SNAPLEN);
    put16(&block, 2);
    put16(&block, sizeof name);
    put(&block, name, sizeof name);
    put16(&block, 9);
    put16(&block, 1);
    put(&block, resolution, sizeof resolution);
    put32(&block, 0); /* opt_endofopt */
    put32(&block, 40);
    assert(block.len == 40);
    file_write(file, &block);
}

static void put_frame(struct block *block, const struct frame *frame)
{
    put(block, frame->data, frame->len);
    if (frame->len < FRAME_MIN)
        put_zeros(block, FRAME_MIN - frame->len);
}

static void write_pcap(struct out_file *file, const struct frame *frame, uint64_t ns, uint32_t len)
{
    struct block block;
    block.len = 0;
    put32(&block, (uint32_t)(ns / 1000000000));
    put32(&block, (uint32_t)(ns % 1000000000));
    put32(&block, len);
    put32(&block, len);
    put_frame(&block, frame);
    file_write(file, &block);
}

/* Writes an enhanced packet (pcapng 4.3) with the option epb_flags (2), where 1 is inbound and 2 is outbound. */
static void write_pcapng(struct out_file *file, const struct probe_event *event, uint64_t ns,
                         uint32_t len)
{
    struct block block;
    uint32_t padding = (4 - len % 4) % 4;
    uint32_t total = 28 + len + padding + 12 + 4;
    block.len = 0;
    put32(&block, 6);
    put32(&block, total);
    put32(&block, event->nic);
    put32(&block, (uint32_t)(ns >> 32));
    put32(&block, (uint32_t)ns);
    put32(&block, len);
    put32(&block, len);
    put_frame(&block, event->frame.frame);
    put_zeros(&block, padding);
    put16(&block, 2);
    put16(&block, 4);
    put32(&block, event->kind == PROBE_FRAME_RX ? 1 : 2);
    put32(&block, 0);
    put32(&block, total);
    assert(block.len == total);
    file_write(file, &block);
}

static void on_event(void *self, const struct probe_event *event)
{
    struct pcap_out *out = self;
    const struct frame *frame = event->frame.frame;
    assert(frame && event->nic < NICS && frame->len <= FRAME_BYTES_MAX);
    uint64_t ns = event->now_ps / PS_PER_NS;
    uint32_t len = u32_max(frame->len, FRAME_MIN);
    write_pcap(&out->files[event->nic], frame, ns, len);
    write_pcapng(&out->files[TEAM], event, ns, len);
}

static bool file_open(struct out_file *file, const char *dir, const char *name, struct error *err)
{
    char path[PUBLISH_PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path) {
        error_set(err, STATUS_ENVIRONMENT, "%s: the name is too long", dir);
        return false;
    }
    file->buffer = malloc(BUFFER_BYTES);
    if (!file->buffer) {
        error_set(err, STATUS_ENVIRONMENT, "%s: out of memory", path);
        return false;
    }
    if (publish_open(&file->file, path, err) != STATUS_OK)
        return false;
    setvbuf(file->file.stream, file->buffer, _IOFBF, BUFFER_BYTES);
    return true;
}

/* Closes all open files and removes those that do not have their final name yet. */
static void discard(struct pcap_out *out)
{
    for (int i = 0; i < FILES; i++) {
        struct out_file *file = &out->files[i];
        publish_discard(&file->file);
        free(file->buffer);
    }
    free(out);
}

struct pcap_out *pcap_out_create(const char *dir, struct error *err)
{
    struct pcap_out *out = calloc(1, sizeof *out);
    if (!out) {
        error_set(err, STATUS_ENVIRONMENT, "%s: out of memory", dir);
        return NULL;
    }
    for (int i = 0; i < FILES; i++) {
        if (!file_open(&out->files[i], dir, names[i], err)) {
            discard(out);
            return NULL;
        }
    }
    for (unsigned nic = 0; nic < NICS; nic++)
        pcap_header(&out->files[nic]);
    pcapng_section(&out->files[TEAM]);
    for (unsigned nic = 0; nic < NICS; nic++)
        pcapng_interface(&out->files[TEAM], nic);
    return out;
}

struct probe_listener pcap_out_listener(struct pcap_out *out)
{
    return (struct probe_listener){
        .on_event = on_event,
        .self = out,
        .kinds = UINT64_C(1) << PROBE_FRAME_RX | UINT64_C(1) << PROBE_FRAME_TX,
    };
}

static enum status file_finish(struct out_file *file, struct error *err)
{
    if (!file->error)
        return publish_close(&file->file, err);
    publish_discard(&file->file);
    return error_set(err, STATUS_ENVIRONMENT, "%s: cannot be written completely: %s",
                     file->file.name, strerror(file->error));
}

enum status pcap_out_close(struct pcap_out *out, struct error *err)
{
    enum status status = STATUS_OK;
    for (int i = 0; i < FILES; i++) {
        struct error *report =
            status == STATUS_OK ? err : NULL; /* only the first failure is reported */
        enum status one = file_finish(&out->files[i], report);
        if (status == STATUS_OK)
            status = one;
    }
    discard(out);
    return status;
}
