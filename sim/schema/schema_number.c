/*
 * A range is divided into decimal blocks. Each block has some fixed digits, then one digit from
 * a to b, which is called the class, and then n free digits. Each block becomes one alternative
 * of the pattern. A number with up to k digits after its point is treated as a whole number of
 * units of 10^-k, and the point is then inserted into the block's digits at its position.
 */
#include "sim/schema/schema_number.h"

#include "models/base/units.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pattern {
    FILE *file;
    bool any;  /* an alternative was already written */
    bool bare; /* no fraction may follow */
};

static void alternative(struct pattern *p)
{
    if (p->any)
        (void)fputc('|', p->file);
    p->any = true;
}

static void put_class(struct pattern *p, unsigned first, unsigned last)
{
    if (first == last)
        (void)fprintf(p->file, "%u", first);
    else
        (void)fprintf(p->file, "[%u-%u]", first, last);
}

/* All parts of a block except the leading zeros. */
struct block {
    uint64_t fixed;       /* the digits before the class */
    unsigned first, last; /* the smallest and the largest digit of the class */
    unsigned free;
};

static void put_any_fraction(struct pattern *p, unsigned point)
{
    if (point > 0)
        (void)fprintf(p->file, "(\\.[0-9]{1,%u}0*)?", point);
    else if (!p->bare)
        (void)fputs("(\\.0+)?", p->file);
}

/* Writes a block whose class lies before the point, so that any fraction may follow. */
static void put_whole_block(struct pattern *p, const struct block *b, unsigned point)
{
    unsigned free = b->free - point, first = b->first;
    if (b->fixed == 0 && first == 0 && free > 0) {
        alternative(p); /* the numbers with fewer digits */
        (void)fprintf(p->file, "0*[0-9]{1,%u}", free);
        put_any_fraction(p, point);
        if (b->last == 0)
            return;
        first = 1;
    }
    alternative(p);
    (void)fputs("0*", p->file);
    if (b->fixed > 0)
        (void)fprintf(p->file, "%" PRIu64, b->fixed);
    put_class(p, first, b->last);
    if (free > 0)
        (void)fprintf(p->file, "[0-9]{%u}", free);
    put_any_fraction(p, point);
}

/* Writes a block whose class lies after the point. Trailing zeros may be left out. */
static void put_fraction_block(struct pattern *p, const struct block *b, unsigned point)
{
    char digits[24];
    unsigned before = point - b->free - 1; /* digits of `fixed` after the point */
    (void)snprintf(digits, sizeof digits, "%0*" PRIu64, (int)before + 1, b->fixed);
    size_t whole = strlen(digits) - before;
    alternative(p);
    (void)fprintf(p->file, "0*%.*s\\.%s", (int)whole, digits, digits + whole);
    put_class(p, b->first, b->last);
    if (b->free > 0)
        (void)fprintf(p->file, "[0-9]{0,%u}", b->free);
    (void)fputs("0*", p->file);
    if (b->first != 0)
        return;
    size_t len = strlen(digits);
    while (len > whole && digits[len - 1] == '0')
        len--;
    alternative(p);
    if (len == whole)
        (void)fprintf(p->file, "0*%.*s(\\.0+)?", (int)whole, digits);
    else
        (void)fprintf(p->file, "0*%.*s\\.%.*s0*", (int)whole, digits, (int)(len - whole),
                      digits + whole);
}

/* Returns the largest block that begins at low and does not exceed high. */
static struct block block_at(uint64_t low, uint64_t high)
{
    uint64_t size = 1;
    struct block b = {.free = 0};
    while (b.free < 18 && low % (size * 10) == 0 && high - low >= size * 10 - 1) {
        size *= 10;
        b.free++;
    }
    b.fixed = low / size / 10;
    b.first = (unsigned)(low / size % 10);
    b.last = b.first;
    while (b.last < 9 && high - low >= (b.last - b.first + 2) * size - 1)
        b.last++;
    return b;
}

/* Writes the numbers from low to high, in units of 10^-point. */
static void put_range(struct pattern *p, uint64_t low, uint64_t high, unsigned point)
{
    while (low <= high) {
        struct block b = block_at(low, high);
        uint64_t size = 1;
        for (unsigned i = 0; i < b.free; i++)
            size *= 10;
        if (b.free >= point)
            put_whole_block(p, &b, point);
        else
            put_fraction_block(p, &b, point);
        uint64_t next = low + (b.last - b.first + 1) * size;
        if (next <= low)
            break; /* the next number does not fit into 64 bits */
        low = next;
    }
}

/* Writes the whole numbers that are multiples of 10^zeros. */
static void put_multiples(struct pattern *p, uint64_t low, uint64_t high, unsigned zeros)
{
    (void)fputs("(", p->file);
    p->any = false;
    p->bare = true;
    put_range(p, low, high, 0);
    p->bare = false;
    (void)fprintf(p->file, ")0{%u}(\\.0+)?", zeros);
    if (low == 0)
        (void)fputs("|0+(\\.0+)?", p->file);
    p->any = true;
}

static unsigned log10_of(uint64_t power)
{
    unsigned log = 0;
    for (; power >= 10 && power % 10 == 0; power /= 10)
        log++;
    return log;
}

struct unit {
    const char *name;
    uint64_t factor;
};

static const struct unit times[] = {{"ps", 1},         {"ns", PS_PER_NS}, {"us", PS_PER_US},
                                    {"ms", PS_PER_MS}, {"s", PS_PER_S},   {NULL, 0}};
static const struct unit sizes[] = {{"B", 1},
                                    {"KiB", UINT64_C(1) << 10},
                                    {"MiB", UINT64_C(1) << 20},
                                    {"GiB", UINT64_C(1) << 30},
                                    {NULL, 0}};
static const struct unit rates[] = {
    {"bps", 1}, {"kbps", 1000}, {"Mbps", 1000000}, {"Gbps", UINT64_C(1000000000)}, {NULL, 0}};

/* Writes the values of a rule that allows only some numbers, in units of `factor`. Values that
 * are no multiple of the unit are skipped. */
static void put_listed(struct pattern *p, const struct scenario_key *key, uint64_t factor)
{
    static const uint64_t ethernet[] = {10, 25, 40, 100};
    static const uint64_t pages[] = {UINT64_C(1) << 12, UINT64_C(1) << 21, UINT64_C(1) << 30};
    uint64_t values[64];
    size_t count = 0;
    if (key->rule == SCENARIO_RULE_ETHERNET)
        for (size_t i = 0; i < sizeof ethernet / sizeof ethernet[0]; i++)
            values[count++] = ethernet[i] * UINT64_C(1000000000);
    else if (key->rule == SCENARIO_RULE_PAGE)
        for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
            values[count++] = pages[i];
    else
        for (unsigned bit = 0; bit < 63; bit++)
            values[count++] = UINT64_C(1) << bit;
    for (size_t i = 0; i < count; i++)
        if (values[i] >= key->min && values[i] <= key->max && values[i] % factor == 0) {
            alternative(p);
            (void)fprintf(p->file, "0*%" PRIu64 "(\\.0+)?", values[i] / factor);
        }
}

static void put_unit(struct pattern *p, const struct scenario_key *key, uint64_t factor)
{
    uint64_t tick = key->tick_ps;
    if (key->rule == SCENARIO_RULE_POW2 || key->rule == SCENARIO_RULE_ETHERNET ||
        key->rule == SCENARIO_RULE_PAGE) {
        put_listed(p, key, factor);
        return;
    }
    uint64_t step = key->type == SCENARIO_SIZE ? factor : tick; /* sizes have no fractions */
    uint64_t low = key->min / step + (key->min % step != 0), high = key->max / step;
    if (low > high)
        return;
    if (factor < tick)
        put_multiples(p, low, high, log10_of(tick / factor));
    else
        put_range(p, low, high, key->type == SCENARIO_SIZE ? 0 : log10_of(factor / tick));
}

char *schema_number_pattern(const struct scenario_key *key)
{
    const struct unit *unit = key->type == SCENARIO_TIME   ? times
                              : key->type == SCENARIO_SIZE ? sizes
                                                           : rates;
    char *text = NULL;
    size_t size = 0;
    struct pattern p = {.file = open_memstream(&text, &size)};
    bool any = false;
    for (; p.file && unit->name; unit++) {
        long before = ftell(p.file);
        (void)fputs(any ? "|(" : "(", p.file);
        p.any = false;
        put_unit(&p, key, unit->factor);
        if (p.any) {
            (void)fprintf(p.file, ")%s", unit->name);
            any = true;
        } else {
            (void)fseek(p.file, before, SEEK_SET); /* the unit is too large for the range */
        }
    }
    if (!p.file || fclose(p.file) != 0)
        return NULL;
    return text;
}

char *schema_integer_pattern(uint64_t low, uint64_t high)
{
    assert(low > 0);
    char *text = NULL;
    size_t size = 0;
    struct pattern p = {.file = open_memstream(&text, &size)};
    if (!p.file)
        return NULL;
    while (low <= high) {
        struct block b = block_at(low, high);
        uint64_t width = 1;
        for (unsigned i = 0; i < b.free; i++)
            width *= 10;
        alternative(&p);
        (void)fputs("0*", p.file);
        if (b.fixed > 0)
            (void)fprintf(p.file, "%" PRIu64, b.fixed);
        put_class(&p, b.first, b.last);
        if (b.free > 0)
            (void)fprintf(p.file, "[0-9]{%u}", b.free);
        low += (b.last - b.first + 1) * width;
    }
    return fclose(p.file) == 0 ? text : NULL;
}
