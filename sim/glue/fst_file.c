#include "sim/glue/fst_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Header block (fstapi.c, FST_HDR_OFFS_*): type, 8-byte length, then fields at fixed offsets. */
enum {
    FST_BLOCK_HEADER = 0,
    FST_BLOCK_VCDATA_FIRST = 1,
    FST_BLOCK_GEOMETRY = 3,
    FST_BLOCK_HIERARCHY_GZ = 4,
    FST_BLOCK_VCDATA_ALIAS2 = 8,
    FST_BLOCK_HIERARCHY_LZ4DUO = 7,
    FST_BLOCK_HIERARCHY_LZ4 = 6,
    FST_BLOCK_SKIP = 255,
    FST_SECTIONS_OFFSET = 65,
    FST_DATE_OFFSET = 202,
    FST_DATE_BYTES = 119,
};

static bool read_u64(FILE *file, uint64_t *value)
{
    uint8_t bytes[8];
    if (fread(bytes, sizeof bytes, 1, file) != 1)
        return false;
    *value = 0;
    for (size_t i = 0; i < sizeof bytes; i++)
        *value = *value << 8 | bytes[i];
    return true;
}

/* Walks the blocks: each must lie inside the file, a geometry and a hierarchy must be among them,
 * and as many value-change sections as the header says. A full disk leaves a tail missing or a
 * block unfinished. */
static bool fst_is_whole(FILE *file)
{
    uint64_t sections = 0, found = 0, length;
    bool geometry = false, hierarchy = false;
    if (fseek(file, 0, SEEK_END) != 0)
        return false;
    long size = ftell(file);
    if (size < 0 || fseek(file, FST_SECTIONS_OFFSET, SEEK_SET) != 0 || !read_u64(file, &sections))
        return false;
    for (long at = 0; at < size;) {
        if (fseek(file, at, SEEK_SET) != 0)
            return false;
        int type = fgetc(file);
        if (type == EOF || !read_u64(file, &length) || length < 8 ||
            length > (uint64_t)(size - at - 1))
            return false;
        if ((at == 0) != (type == FST_BLOCK_HEADER))
            return false;
        geometry = geometry || type == FST_BLOCK_GEOMETRY;
        hierarchy = hierarchy || type == FST_BLOCK_HIERARCHY_GZ ||
                    type == FST_BLOCK_HIERARCHY_LZ4 || type == FST_BLOCK_HIERARCHY_LZ4DUO;
        found += type == FST_BLOCK_VCDATA_FIRST || type == 5 || type == FST_BLOCK_VCDATA_ALIAS2;
        if (type == FST_BLOCK_SKIP)
            return false; /* a section that was begun and not finished */
        at += 1 + (long)length;
    }
    return geometry && hierarchy && found == sections;
}

static bool fst_zero_date(FILE *file)
{
    static const uint8_t zeros[FST_DATE_BYTES];
    return fseek(file, FST_DATE_OFFSET, SEEK_SET) == 0 &&
           fwrite(zeros, sizeof zeros, 1, file) == 1 && fflush(file) == 0 &&
           fsync(fileno(file)) == 0;
}

enum status fst_file_finish(const char *temporary, const char *path, struct error *err)
{
    FILE *file = fopen(temporary, "r+b");
    if (!file)
        return error_set(err, STATUS_ENVIRONMENT, "%s: %s", temporary, strerror(errno));
    errno = 0;
    bool whole = fst_is_whole(file);
    bool written = whole && fst_zero_date(file);
    int reason = errno;
    written = fclose(file) == 0 && written;
    if (written && rename(temporary, path) == 0)
        return STATUS_OK;
    if (written)
        reason = errno;
    remove(temporary);
    return error_set(err, STATUS_ENVIRONMENT, "%s: the waves could not be written whole%s%s", path,
                     reason ? ": " : " (disk full?)", reason ? strerror(reason) : "");
}
