/* Tests that text from outside cannot control the terminal on which it is printed (ECMA-48, RFC 3629). */
#include "models/base/printable.h"
#include "models/base/status.h"

#include <criterion/criterion.h>
#include <string.h>

struct text_row {
    const char *text, *line, *lines; /* the result without and with newlines */
};

static const struct text_row rows[] = {
    {"plain ~text!", "plain ~text!", "plain ~text!"},
    {"a\033[31mb\007\177", "a?[31mb??", "a?[31mb??"},
    {"a\tb\nc\rd", "a?b?c?d", "a\tb\nc?d"},
    {"gr\303\274n \342\202\254 \360\237\231\202", "gr\303\274n \342\202\254 \360\237\231\202",
     "gr\303\274n \342\202\254 \360\237\231\202"},
    {"\302\233"
     "31m",
     "??31m", "??31m"}, /* CSI as the Unicode character U+009B (C1) */
    {"\233"
     "31m",
     "?31m", "?31m"}, /* CSI as the single byte 9B */
    {"\302\240\302\237", "\302\240??", "\302\240??"},
    {"\300\257 \340\200\257 \355\240\200 \364\220\200\200", "?? ??? ??? ????", "?? ??? ??? ????"},
    {"a\342\200\256b \342\201\246 \342\200\250", "a???b ??? ???", "a???b ??? ???"}, /* UAX 9 */
    {"\342\200\223\342\202\254", "\342\200\223\342\202\254", "\342\200\223\342\202\254"},
    {"cut \342\202", "cut ??", "cut ??"},
    {"", "", ""},
};

Test(printable, only_what_a_terminal_shows_is_left)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[64];
        (void)strcpy(text, rows[i].text);
        printable_make(text, false);
        cr_expect_str_eq(text, rows[i].line);
        (void)strcpy(text, rows[i].text);
        printable_make(text, true);
        cr_expect_str_eq(text, rows[i].lines);
    }
}

Test(printable, every_error_message_is)
{
    struct error err;
    (void)error_set(&err, STATUS_BAD_INPUT, "%s: wrong", "a\nb\033c");
    cr_expect_str_eq(err.text, "a?b?c: wrong");
    (void)error_set(&err, STATUS_BAD_INPUT, "%s: wrong\nand %d", "a\033b", 7);
    cr_expect_str_eq(err.text, "a?b: wrong\nand 7");
    (void)error_set(&err, STATUS_BAD_INPUT, "%s", "another\nmessage");
    cr_expect_str_eq(err.text, "another\nmessage");
}
