#include "models/script/pkt_script.h"

#include "models/base/units.h"
#include "models/hwif/ctx_enums.h"
#include "models/script/pkt_icmp.h"
#include "models/script/pkt_names.h"
#include "models/tcp/cc/cc.h"
#include "models/wire/tcp_hdr.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOKENS_MAX = 40, FILE_BYTES_MAX = 1 << 16 };

/* One line, split into its words. */
struct tokens {
    struct pkt_script *script;
    unsigned number;
    unsigned count, next;
    char *at[TOKENS_MAX];
};

static bool fail(const struct tokens *t, const char *format, ...)
{
    char what[PKT_ERROR_MAX / 2];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(what, sizeof what, format, args);
    va_end(args);
    (void)snprintf(t->script->error, sizeof t->script->error, "%s:%u: %s", t->script->path,
                   t->number, what);
    return false;
}

static const char *take(struct tokens *t) { return t->next < t->count ? t->at[t->next++] : ""; }

static bool number(struct tokens *t, uint32_t *value)
{
    const char *text = take(t);
    char *end;
    unsigned long long v = strtoull(text, &end, 10);
    if (!isdigit((unsigned char)*text) || *end != '\0' || v > UINT32_MAX)
        return fail(t, "'%s' is no number; write 0 to 4294967295", text);
    *value = (uint32_t)v;
    return true;
}

static bool duration(struct tokens *t, const char *text, uint64_t *ps)
{
    static const struct {
        const char *unit;
        uint64_t ps;
    } units[] = {{"", 1}, {"us", PS_PER_US}, {"ms", PS_PER_MS}, {"s", PS_PER_S}};
    char *end;
    unsigned long long v = strtoull(text, &end, 10);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (isdigit((unsigned char)*text) && strcmp(end, units[i].unit) == 0 && (i > 0 || v == 0) &&
            v < 10000000) {
            *ps = v * units[i].ps;
            return true;
        }
    return fail(t, "'%s' is no time; write 0, 10us, 10ms or 10s", text);
}

static bool parse_flags(struct tokens *t, struct pkt_segment *seg)
{
    static const struct {
        char letter;
        uint16_t flag;
    } letters[] = {{'S', TCP_SYN}, {'F', TCP_FIN}, {'R', TCP_RST}, {'P', TCP_PSH}, {'.', TCP_ACK},
                   {'U', TCP_URG}, {'E', TCP_ECE}, {'W', TCP_CWR}, {'-', 0}};
    const char *text = take(t);
    for (const char *c = text; *c; c++) {
        size_t i = 0;
        while (i < sizeof letters / sizeof *letters && letters[i].letter != *c)
            i++;
        if (i == sizeof letters / sizeof *letters)
            return fail(t, "flag '%c' is unknown; write some of SFRP.UEW, or -", *c);
        seg->flags |= letters[i].flag;
    }
    return *text || fail(t, "flags are missing");
}

static bool parse_range(struct tokens *t, struct pkt_segment *seg)
{
    const char *text = take(t);
    unsigned from, to, len;
    int used = 0;
    if (sscanf(text, "%u:%u(%u)%n", &from, &to, &len, &used) != 3 || text[used] != '\0')
        return fail(t, "'%s' is no range; write first:end(length)", text);
    if (to - from != len)
        return fail(t, "%u:%u is %u bytes long, not %u", from, to, to - from, len);
    seg->seq = from;
    seg->len = len;
    return true;
}

static bool parse_sack(struct tokens *t, struct pkt_segment *seg)
{
    unsigned from, to;
    int used = 0;
    while (t->next < t->count && sscanf(t->at[t->next], "%u:%u%n", &from, &to, &used) == 2 &&
           !t->at[t->next][used]) {
        if (seg->sack_count == PKT_SACK_MAX)
            return fail(t, "more than %d SACK blocks", PKT_SACK_MAX);
        seg->sack[seg->sack_count][0] = from;
        seg->sack[seg->sack_count++][1] = to;
        t->next++;
    }
    return seg->sack_count > 0 || fail(t, "a SACK block is missing; write first:end");
}

static bool parse_timestamps(struct tokens *t, struct pkt_segment *seg)
{
    seg->has |= PKT_HAS_TS;
    if (t->next < t->count && strcmp(t->at[t->next], "*") == 0) {
        t->next++;
    } else {
        seg->has |= PKT_HAS_TSVAL;
        if (!number(t, &seg->tsval))
            return false;
    }
    if (t->next < t->count && strcmp(t->at[t->next], "*") == 0) {
        t->next++;
        seg->tsecr_newest = true;
        return true;
    }
    return number(t, &seg->tsecr);
}

static bool parse_ecn(struct tokens *t, struct pkt_segment *seg)
{
    static const char *const names[] = {"none", "ect1", "ect0", "ce"};
    const char *text = take(t);
    for (uint32_t i = 0; i < 4; i++)
        if (strcmp(text, names[i]) == 0) {
            seg->ecn = i;
            seg->has |= PKT_HAS_ECN;
            return true;
        }
    return fail(t, "'%s' is no ECN field; write none, ect0, ect1 or ce", text);
}

static bool parse_field(struct tokens *t, struct pkt_segment *seg)
{
    const struct {
        const char *name;
        uint16_t has;
        uint32_t *value;
    } fields[] = {{"ack", PKT_HAS_ACK, &seg->ack}, {"win", PKT_HAS_WIN, &seg->win},
                  {"mss", PKT_HAS_MSS, &seg->mss}, {"ws", PKT_HAS_WS, &seg->ws},
                  {"urg", PKT_HAS_URG, &seg->urg}, {"dscp", PKT_HAS_DSCP, &seg->dscp},
                  {"ttl", PKT_HAS_TTL, &seg->ttl}};
    const char *name = take(t);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (strcmp(name, fields[i].name) == 0) {
            seg->has |= fields[i].has;
            return number(t, fields[i].value);
        }
    if (strcmp(name, "sackok") == 0)
        seg->has |= PKT_HAS_SACKOK;
    else if (strcmp(name, "eol") == 0)
        seg->has |= PKT_HAS_EOL;
    else if (strcmp(name, "nosack") == 0)
        seg->has |= PKT_HAS_NOSACK;
    else if (strcmp(name, "sack") == 0)
        return parse_sack(t, seg);
    else if (strcmp(name, "ts") == 0)
        return parse_timestamps(t, seg);
    else if (strcmp(name, "ecn") == 0)
        return parse_ecn(t, seg);
    else
        return fail(t, "'%s' is unknown; write ack, win, mss, ws, sackok, sack, ts, urg or ecn",
                    name);
    return true;
}

static bool parse_segment(struct tokens *t, struct pkt_segment *seg)
{
    if (!parse_flags(t, seg) || !parse_range(t, seg))
        return false;
    while (t->next < t->count)
        if (!parse_field(t, seg))
            return false;
    if (((seg->flags & TCP_ACK) != 0) != ((seg->has & PKT_HAS_ACK) != 0))
        return fail(t, "the flag . and the field ack belong together");
    return true;
}

static bool parse_offer(struct tokens *t)
{
    static const struct {
        const char *name;
        uint8_t bit;
    } names[] = {{"mss", CTX_FEATURE_MSS},
                 {"ts", CTX_FEATURE_TS},
                 {"sack", CTX_FEATURE_SACK},
                 {"ws", CTX_FEATURE_WS},
                 {"ecn", CTX_FEATURE_ECN}};
    t->script->offered = 0;
    while (t->next < t->count) {
        const char *text = take(t);
        size_t i = 0;
        while (i < sizeof names / sizeof *names && strcmp(text, names[i].name) != 0)
            i++;
        if (i == sizeof names / sizeof *names)
            return fail(t, "'%s' cannot be offered; write mss, ts, sack, ws or ecn", text);
        t->script->offered |= names[i].bit;
    }
    return true;
}

static bool parse_set_word(struct tokens *t, const char *name)
{
    struct pkt_script *s = t->script;
    uint32_t value;
    if (strcmp(name, "congestion") == 0) {
        const char *word = take(t);
        s->congestion = strcmp(word, "cubic") == 0 ? CC_CUBIC : CC_NEWRENO;
        return s->congestion || strcmp(word, "newreno") == 0 ||
               fail(t, "'%s' is unknown; write newreno or cubic", word);
    }
    if (!number(t, &value))
        return false;
    if (strcmp(name, "nagle") == 0)
        s->flags |= value ? CTX_FLAG_NAGLE : 0u;
    else if (strcmp(name, "keepalive") == 0)
        s->flags |= value ? CTX_FLAG_KEEPALIVE : 0u;
    else if (strcmp(name, "manual") == 0)
        s->manual = value != 0;
    else if (strcmp(name, "ring_log2") == 0 && value >= 12 && value <= 18)
        s->ring_log2 = (uint8_t)value;
    else if (strcmp(name, "rcv_ws") == 0 && value <= TCP_WS_MAX)
        s->rcv_ws = (uint8_t)value;
    else
        return fail(t, "'set %s' is unknown or its value is out of range", name);
    return true;
}

static bool parse_set(struct tokens *t)
{
    struct pkt_script *s = t->script;
    const struct {
        const char *name;
        uint32_t *value;
        uint64_t tick_ps; /* 0 for a plain number */
    } keys[] = {{"rto_min", &s->rto_min_us, PS_PER_US},
                {"delayed_ack", &s->delack_us, PS_PER_US},
                {"time_wait", &s->time_wait_us, PS_PER_US},
                {"fin_wait_2", &s->fin_wait_2_us, PS_PER_US},
                {"keepalive_idle", &s->keepalive_idle_ms, PS_PER_MS},
                {"keepalive_interval", &s->keepalive_interval_ms, PS_PER_MS},
                {"keepalive_probes", &s->keepalive_probes, 0},
                {"rexmt_max", &s->rexmt_max, 0},
                {"syn_rexmt_max", &s->syn_rexmt_max, 0},
                {"challenge_max", &s->challenge_max, 0},
                {"user_timeout", &s->user_timeout_ms, PS_PER_MS},
                {"mss", &s->mss, 0},
                {"dscp", &s->dscp, 0},
                {"ttl", &s->ttl, 0}};
    const char *name = take(t);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        uint64_t ps;
        if (strcmp(name, keys[i].name) != 0)
            continue;
        if (keys[i].tick_ps == 0)
            return number(t, keys[i].value);
        if (!duration(t, take(t), &ps))
            return false;
        *keys[i].value = (uint32_t)(ps / keys[i].tick_ps);
        return true;
    }
    return parse_set_word(t, name);
}

/* Parses `icmp KIND SEQ [mtu N]`. */
static bool parse_icmp(struct tokens *t, struct pkt_line *line)
{
    t->next++;
    const char *kind = take(t);
    line->kind = PKT_ICMP;
    if (!pkt_icmp_is_kind(kind))
        return fail(t, "'%s' is no ICMP error; see docs/tcp-scripts.md", kind);
    memcpy(line->word, kind, strlen(kind) + 1);
    if (!number(t, &line->seg.seq))
        return false;
    if (t->next < t->count && strcmp(t->at[t->next], "mtu") == 0) {
        t->next++;
        if (!number(t, &line->value))
            return false;
    }
    return t->next == t->count || fail(t, "'%s' is too much", t->at[t->next]);
}

/* Parses `option NAME VALUE`. */
static bool parse_option(struct tokens *t, struct pkt_line *line)
{
    const char *name = take(t);
    line->kind = PKT_OPTION;
    if (pkt_option_of(name) == PKT_OPTION_COUNT)
        return fail(t, "'%s' is no option; see docs/tcp-scripts.md", name);
    memcpy(line->word, name, strlen(name) + 1);
    if (!number(t, &line->value))
        return false;
    return t->next == t->count || fail(t, "'%s' is too much", t->at[t->next]);
}

static bool parse_event(struct tokens *t, struct pkt_line *line)
{
    enum argument { NOTHING, NUMBER, WORD };
    static const struct {
        const char *name;
        enum pkt_kind kind;
        enum argument argument;
    } events[] = {{"quiet", PKT_QUIET, NOTHING},        {"write", PKT_WRITE, NUMBER},
                  {"read", PKT_READ, NUMBER},           {"close", PKT_CLOSE, NOTHING},
                  {"abort", PKT_ABORT, NOTHING},        {"connect", PKT_CONNECT, NOTHING},
                  {"state", PKT_STATE, WORD},           {"verdict", PKT_VERDICT, WORD},
                  {"received", PKT_RECEIVED, NUMBER},   {"closed", PKT_CLOSED, WORD},
                  {"terminated", PKT_TERMINATED, WORD}, {"urgent", PKT_URGENT, NOTHING},
                  {"notice", PKT_NOTICE, WORD}};
    const char *name = take(t);
    if (strcmp(name, "<") == 0 && t->next < t->count && strcmp(t->at[t->next], "icmp") == 0)
        return parse_icmp(t, line);
    if (strcmp(name, "<") == 0 || strcmp(name, ">") == 0) {
        line->kind = *name == '<' ? PKT_IN : PKT_OUT;
        return parse_segment(t, &line->seg);
    }
    if (strcmp(name, "option") == 0)
        return parse_option(t, line);
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        if (strcmp(name, events[i].name) != 0)
            continue;
        line->kind = events[i].kind;
        if (events[i].argument == NUMBER && !number(t, &line->value))
            return false;
        if (events[i].argument == WORD) {
            const char *word = take(t);
            if (*word == '\0' || strlen(word) >= sizeof line->word)
                return fail(t, "'%s' needs a word", name);
            memcpy(line->word, word, strlen(word) + 1);
        }
        return t->next == t->count || fail(t, "'%s' is too much", t->at[t->next]);
    }
    return fail(t, "'%s' is no event", name);
}

/* Parses `only ipv4 | ipv6 | core: WHY | system: WHY`. */
static bool parse_only(struct tokens *t)
{
    struct pkt_script *s = t->script;
    const char *what = take(t);
    if (strcmp(what, "ipv4") == 0 || strcmp(what, "ipv6") == 0) {
        s->ip_version = what[3] == '4' ? 4 : 6;
        return t->next == t->count || fail(t, "'%s' is too much", t->at[t->next]);
    }
    char *why = strcmp(what, "core:") == 0     ? s->only_core
                : strcmp(what, "system:") == 0 ? s->only_system
                                               : NULL;
    if (!why)
        return fail(t, "'only %s' is unknown; write ipv4, ipv6, core: WHY or system: WHY", what);
    size_t at = 0;
    while (t->next < t->count && at < PKT_REASON_MAX)
        at += (size_t)snprintf(why + at, PKT_REASON_MAX - at, "%s%s", at ? " " : "", take(t));
    return at > 0 || fail(t, "'only %s' needs a reason", what);
}

/* Parses `system KEY=VALUE`, where KEY is a key of docs/scenario.md. */
static bool parse_system(struct tokens *t)
{
    struct pkt_script *s = t->script;
    const char *key = take(t);
    if (!strchr(key, '=') || strlen(key) >= PKT_KEY_MAX)
        return fail(t, "'%.60s' is no KEY=VALUE", key);
    if (s->key_count == PKT_KEYS_MAX)
        return fail(t, "more than %d keys of the system", PKT_KEYS_MAX);
    if (!*s->only_system)
        return fail(t, "write 'only system: WHY' before it");
    memcpy(s->key[s->key_count++], key, strlen(key) + 1);
    return t->next == t->count || fail(t, "'%s' is too much", t->at[t->next]);
}

static bool parse_line(struct tokens *t)
{
    struct pkt_script *s = t->script;
    const char *first = take(t);
    if (strcmp(first, "offer") == 0)
        return parse_offer(t);
    if (strcmp(first, "set") == 0)
        return parse_set(t);
    if (strcmp(first, "only") == 0)
        return parse_only(t);
    if (strcmp(first, "system") == 0)
        return parse_system(t);
    if (*first != '+')
        return fail(t, "'%s' is no line; write +time and an event, offer, set, only or system",
                    first);
    if (s->count == PKT_LINES_MAX)
        return fail(t, "more than %d events", PKT_LINES_MAX);
    struct pkt_line *line = &s->line[s->count];
    *line = (struct pkt_line){.number = t->number};
    if (!duration(t, first + 1, &line->delay_ps) || !parse_event(t, line))
        return false;
    s->count++;
    return true;
}

bool pkt_script_parse(struct pkt_script *script, const char *path, const char *text)
{
    *script = (struct pkt_script){.path = path, .offered = CTX_FEATURE_MSS, .ring_log2 = 16};
    struct tokens t = {.script = script};
    while (*text) {
        char buffer[PKT_TEXT_MAX];
        size_t len = strcspn(text, "\n");
        t.number++;
        t.count = t.next = 0;
        if (len >= sizeof buffer)
            return fail(&t, "longer than %d characters", PKT_TEXT_MAX - 1);
        memcpy(buffer, text, len);
        buffer[strcspn(buffer, "\n") < len ? strcspn(buffer, "\n") : len] = '\0';
        buffer[strcspn(buffer, "#")] = '\0';
        for (char *save, *word = strtok_r(buffer, " \t\r", &save); word && t.count < TOKENS_MAX;
             word = strtok_r(NULL, " \t\r", &save))
            t.at[t.count++] = word;
        if (t.count > 0 && !parse_line(&t))
            return false;
        text += len + (text[len] == '\n');
    }
    return script->count > 0 || fail(&t, "the script has no event");
}

bool pkt_script_read(struct pkt_script *script, const char *path)
{
    static char text[FILE_BYTES_MAX];
    FILE *file = fopen(path, "r");
    size_t len = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file)
        (void)fclose(file);
    text[len] = '\0';
    if (file && len < sizeof text - 1)
        return pkt_script_parse(script, path, text);
    *script = (struct pkt_script){.path = path};
    (void)snprintf(script->error, sizeof script->error, "%s:0: cannot be read", path);
    return false;
}
