#include "models/trace/output/fst_check.h"

#include <stdint.h>
#include <string.h>

/* Blocks (fstapi.h, enum fstBlockType): type, 8-byte length that counts itself, then the fields. */
enum {
    BLOCK_HEADER = 0,
    BLOCK_CHANGES = 1,
    BLOCK_GEOMETRY = 3,
    BLOCK_HIERARCHY = 4,
    BLOCK_CHANGES_ALIAS = 5,
    BLOCK_HIERARCHY_LZ4 = 6,
    BLOCK_HIERARCHY_LZ4DUO = 7,
    BLOCK_CHANGES_ALIAS2 = 8,
    BLOCK_SKIP = 255, /* a section that was begun and not finished */
    HEADER_LENGTH = 329,
    START_OFFSET = 9,
    END_OFFSET = 17,
    ENDIAN_OFFSET = 25,
    SECTIONS_OFFSET = 65,
    UNIT_OFFSET = 73,
    WRITER_OFFSET = 74,
    WRITER_BYTES = 128,
    UNIT_MIN = -21, /* zeptoseconds: the finest that readers know */
    UNIT_MAX = 2,
};

static bool read_u64(FILE *file, long at, uint64_t *value)
{
    uint8_t bytes[8];
    if (fseek(file, at, SEEK_SET) != 0 || fread(bytes, sizeof bytes, 1, file) != 1)
        return false;
    *value = 0;
    for (size_t i = 0; i < sizeof bytes; i++)
        *value = *value << 8 | bytes[i];
    return true;
}

/* Returns true if the field has printable characters and perhaps a newline, followed by zeros. */
static bool is_text(FILE *file, long at, size_t size)
{
    char text[WRITER_BYTES];
    if (fseek(file, at, SEEK_SET) != 0 || fread(text, size, 1, file) != 1)
        return false;
    size_t len = strnlen(text, size);
    for (size_t i = 0; i < size; i++) {
        bool printable = (text[i] >= ' ' && text[i] < 0x7f) || text[i] == '\n';
        if (i < len ? !printable : text[i] != 0)
            return false;
    }
    return true;
}

static bool header_is_sound(FILE *file)
{
    static const double euler = 2.7182818284590452354; /* written as it lies in memory */
    double found;
    uint64_t length, start, end;
    if (fseek(file, 0, SEEK_SET) != 0 || fgetc(file) != BLOCK_HEADER ||
        !read_u64(file, 1, &length) || length != HEADER_LENGTH ||
        !read_u64(file, START_OFFSET, &start) || !read_u64(file, END_OFFSET, &end) || start > end)
        return false;
    if (fseek(file, ENDIAN_OFFSET, SEEK_SET) != 0 || fread(&found, sizeof found, 1, file) != 1 ||
        memcmp(&found, &euler, sizeof euler) != 0)
        return false;
    if (fseek(file, UNIT_OFFSET, SEEK_SET) != 0)
        return false;
    int unit = (int8_t)fgetc(file);
    return unit >= UNIT_MIN && unit <= UNIT_MAX && is_text(file, WRITER_OFFSET, WRITER_BYTES) &&
           is_text(file, FST_DATE_OFFSET, FST_DATE_BYTES);
}

bool fst_is_complete(FILE *file)
{
    uint64_t sections = 0, found = 0, length;
    bool geometry = false, hierarchy = false;
    if (fseek(file, 0, SEEK_END) != 0)
        return false;
    long size = ftell(file);
    if (size < 0 || !header_is_sound(file) || !read_u64(file, SECTIONS_OFFSET, &sections))
        return false;
    for (long at = 0; at < size; at += 1 + (long)length) {
        if (fseek(file, at, SEEK_SET) != 0)
            return false;
        int type = fgetc(file);
        if (type == EOF || type == BLOCK_SKIP || !read_u64(file, at + 1, &length) || length < 8 ||
            length > (uint64_t)(size - at - 1) || (at == 0) != (type == BLOCK_HEADER))
            return false;
        geometry = geometry || type == BLOCK_GEOMETRY;
        hierarchy = hierarchy || type == BLOCK_HIERARCHY || type == BLOCK_HIERARCHY_LZ4 ||
                    type == BLOCK_HIERARCHY_LZ4DUO;
        found +=
            type == BLOCK_CHANGES || type == BLOCK_CHANGES_ALIAS || type == BLOCK_CHANGES_ALIAS2;
    }
    return geometry && hierarchy && found == sections;
}
