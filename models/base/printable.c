#include "models/base/printable.h"

#include <stddef.h>

enum { FIRST_PRINTABLE_CODE = 0xa0 }; /* below it and above ASCII lie the C1 control characters */

/* Returns true for invisible characters that change how the line around them is shown: line and paragraph
 * separators, and those that change the writing direction (Unicode Standard Annex 9, section 2). */
static bool is_format(unsigned code)
{
    static const unsigned ranges[][2] = {
        {0x61c, 0x61c}, {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (code >= ranges[i][0] && code <= ranges[i][1])
            return true;
    return false;
}

/* Returns the length of the non-ASCII UTF-8 character at `text` (RFC 3629); 0 if it is malformed, or would
 * control a terminal. */
static size_t character_bytes(const unsigned char *text)
{
    size_t len = text[0] >= 0xf0 && text[0] < 0xf5   ? 4
                 : text[0] >= 0xe0 && text[0] < 0xf0 ? 3
                 : text[0] >= 0xc2 && text[0] < 0xe0 ? 2
                                                     : 0;
    if (len == 0)
        return 0;
    unsigned code = text[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((text[i] & 0xc0) != 0x80) /* this also stops at the terminating zero */
            return 0;
        code = code << 6 | (text[i] & 0x3fu);
    }
    static const unsigned least[] = {0, 0, FIRST_PRINTABLE_CODE, 0x800, 0x10000};
    bool surrogate = code >= 0xd800 && code < 0xe000;
    bool is_sound = code >= least[len] && code <= 0x10ffff && !surrogate;
    return is_sound && !is_format(code) ? len : 0;
}

void printable_make(char *text, bool with_newlines)
{
    unsigned char *at = (unsigned char *)text;
    while (*at) {
        size_t len = *at >= ' ' && *at < 0x7f ? 1 : character_bytes(at);
        if (with_newlines && (*at == '\n' || *at == '\t'))
            len = 1;
        if (len == 0) {
            *at = '?';
            len = 1;
        }
        at += len;
    }
}
