/* Plays every packet script in scenarios/tcp/<topic> under every port policy. All policies must
 * give the same transcript. The tests also check the messages of the reader about mistakes in
 * scripts. */
#include "models/script/pkt_compare.h"
#include "models/script/pkt_segment.h"
#include "models/script/test/pkt_rig.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Writes one line per script for `make conformance`: the result on one NIC, and the result while
 * the connection moves. */
static void note(FILE *results, bool one, bool moving, const char *path)
{
    if (results)
        (void)fprintf(results, "%s %s %s\n", one ? "pass" : "fail", moving ? "pass" : "fail", path);
}

/* Plays the script under every port policy and reports failures. */
static void check(const struct pkt_script *script, uint8_t ip_version, FILE *results)
{
    struct pkt_result *plain = malloc(sizeof *plain), *moved = malloc(sizeof *moved);
    bool ok = true, one = false;
    for (int policy = PKT_NIC0; ok && policy < PKT_POLICY_COUNT; policy++) {
        struct pkt_result *result = policy == PKT_NIC0 ? plain : moved;
        char why[PKT_ERROR_MAX] = "";
        pkt_rig_play(script, (enum pkt_policy)policy, ip_version, result);
        ok = result->ok && (policy == PKT_NIC0 || pkt_same(plain, moved, why));
        cr_expect(ok, "%s%s: IPv%u, port policy %s: %s", result->error, script->path, ip_version,
                  pkt_policy_name((enum pkt_policy)policy), why);
        cr_expect(policy != PKT_NIC0 || result->moves == 0);
        one |= ok && policy == PKT_NIC0;
    }
    note(results, one, ok, script->path);
    free(moved);
    free(plain);
}

/* Plays all scripts over one IP version. Returns the number of scripts. */
static size_t check_all(uint8_t ip_version, const char *results_variable)
{
    struct pkt_script *script = malloc(sizeof *script);
    const char *path = getenv(results_variable);
    FILE *results = path ? fopen(path, "w") : NULL;
    size_t played = 0;
    glob_t found;
    cr_assert_eq(glob("scenarios/tcp/*.pkt", 0, NULL, &found), GLOB_NOMATCH, "each is in a topic");
    cr_assert_eq(glob("scenarios/tcp/*/*.pkt", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        bool ok = pkt_script_read(script, found.gl_pathv[i]);
        cr_expect(ok, "%s", script->error);
        if (!ok || *script->only_system || (script->ip_version && script->ip_version != ip_version))
            continue;
        check(script, ip_version, results);
        played++;
    }
    globfree(&found);
    free(script);
    if (results)
        (void)fclose(results);
    return played;
}

Test(scripts, give_the_same_transcript_under_every_port_policy, .timeout = 3600)
{
    cr_expect_geq(check_all(4, "TOESIM_SCRIPT_RESULTS"), 150);
}

Test(scripts, and_the_same_over_ipv6, .timeout = 3600)
{
    cr_expect_geq(check_all(6, "TOESIM_SCRIPT_RESULTS_V6"), 150);
}

struct mistake {
    char name[48];
    char text[96];
    char error[80];
};

Test(script_reader, names_file_line_and_mistake)
{
    static const struct mistake rows[] = {
        {"no such event", "+0 < S 0:0(0)\n+0 jump\n", "a.pkt:2: 'jump' is no event"},
        {"no time", "< S 0:0(0)\n", "a.pkt:1: '<' is no line"},
        {"bad time", "+5 < S 0:0(0)\n", "a.pkt:1: '5' is no time"},
        {"bad flag", "+0 < X 0:0(0)\n", "a.pkt:1: flag 'X' is unknown"},
        {"length contradicts", "+0 < . 1:3(3) ack 1\n", "a.pkt:1: 1:3 is 2 bytes long, not 3"},
        {"no range", "+0 < .\n", "a.pkt:1: '' is no range"},
        {"ack without flag", "+0 < S 0:0(0) ack 1\n", "a.pkt:1: the flag . and the field ack"},
        {"unknown field", "+0 < S 0:0(0) foo\n", "a.pkt:1: 'foo' is unknown"},
        {"number missing", "+0 write\n", "a.pkt:1: '' is no number"},
        {"word missing", "+0 state\n", "a.pkt:1: 'state' needs a word"},
        {"too many words", "+0 close now\n", "a.pkt:1: 'now' is too much"},
        {"unknown ICMP error", "+0 < icmp gone 1\n", "a.pkt:1: 'gone' is no ICMP error"},
        {"ICMP without a number", "+0 < icmp too-big\n", "a.pkt:1: '' is no number"},
        {"ICMP with too much", "+0 < icmp too-big 1 mtu 9 x\n", "a.pkt:1: 'x' is too much"},
        {"only what", "only rain\n", "a.pkt:1: 'only rain' is unknown"},
        {"only ipv4 and more", "only ipv4 today\n", "a.pkt:1: 'today' is too much"},
        {"only without a reason", "only core:\n", "a.pkt:1: 'only core:' needs a reason"},
        {"system without only", "system a=1\n", "a.pkt:1: write 'only system: WHY' before it"},
        {"no key", "only system: x\nsystem a\n", "a.pkt:2: 'a' is no KEY=VALUE"},
        {"unknown offer", "offer magic\n", "a.pkt:1: 'magic' cannot be offered"},
        {"unknown key", "set speed 1\n", "a.pkt:1: 'set speed' is unknown"},
        {"five SACK blocks", "+0 < . 1:1(0) ack 1 sack 1:2 1:2 1:2 1:2 1:2\n",
         "a.pkt:1: more than 4 SACK blocks"},
        {"nothing", "# only a comment\n", "a.pkt:1: the script has no event"},
    };
    struct pkt_script *script = malloc(sizeof *script);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cr_assert_not(pkt_script_parse(script, "a.pkt", rows[i].text), "%s", rows[i].name);
        cr_assert_eq(strncmp(script->error, rows[i].error, strlen(rows[i].error)), 0, "%s: %s",
                     rows[i].name, script->error);
    }
    cr_assert_not(pkt_script_read(script, "no/such.pkt"));
    cr_assert_str_eq(script->error, "no/such.pkt:0: cannot be read");
    free(script);
}

struct wrong_script {
    char name[48];
    char text[200];
    char error[60];
};

#define OPEN "+0 < S 0:0(0) mss 1460\n+0 > S. 0:0(0) ack 1 mss 1460\n+0 < . 1:1(0) ack 1\n"

Test(script_runner, finds_what_differs)
{
    static const struct wrong_script rows[] = {
        {"another segment", OPEN "+0 write 10\n+0 > P. 1:12(11) ack 1\n",
         "a.pkt:5: expected P. 1:12(11) ack 1, got P. 1:11(10) ack 1"},
        {"nothing sent", OPEN "+0 > . 1:1(0) ack 1\n", "a.pkt:4: expected . 1:1(0) ack 1, but"},
        {"sent too early", OPEN "+0 write 10\n+1s > P. 1:11(10) ack 1\n", "a.pkt:5: P. 1:11(10)"},
        {"not asked for", OPEN "+0 write 10\n+0 close\n", "a.pkt:5: not expected before this line"},
        {"left over", OPEN "+0 write 10\n", "a.pkt:4: not expected at the end"},
        {"another state", OPEN "+0 state CLOSING\n", "a.pkt:4: the state is ESTABLISHED, not"},
        {"another verdict", OPEN "+0 verdict tcp_old\n", "a.pkt:4: the verdict is applied, not"},
        {"still open", OPEN "+0 closed CLOSED\n", "a.pkt:4: the connection did not end"},
    };
    struct pkt_script *script = malloc(sizeof *script);
    struct pkt_result *result = malloc(sizeof *result);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cr_assert(pkt_script_parse(script, "a.pkt", rows[i].text), "%s", script->error);
        pkt_rig_play(script, PKT_NIC0, 4, result);
        cr_assert_not(result->ok, "%s", rows[i].name);
        cr_assert_eq(strncmp(result->error, rows[i].error, strlen(rows[i].error)), 0, "%s: %s",
                     rows[i].name, result->error);
    }
    free(result);
    free(script);
}

/* RFC 9293 3.1, MUST-69: bytes behind the end of the option list are zero. */
Test(script_runner, a_header_ends_with_zeros)
{
    static const struct {
        uint8_t options[8];
        bool ok;
    } rows[] = {
        {{2, 4, 5, 180, 1, 1, 1, 1}, true},  /* no end: the options fill the header */
        {{2, 4, 5, 180, 0, 0, 0, 0}, true},  /* an end, and zeros */
        {{2, 4, 5, 180, 1, 1, 1, 0}, true},  /* an end in the last byte */
        {{2, 4, 5, 180, 0, 1, 1, 1}, false}, /* no-operation behind the end */
        {{0, 0, 0, 0, 0, 0, 0, 9}, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pkt_wire wire = {.ends = {.ip_version = 4, .peer_port = 1, .server_port = 2}};
        struct packet_out out = {.ip_version = 4,
                                 .ttl = 64,
                                 .sport = 2,
                                 .dport = 1,
                                 .flags = TCP_SYN,
                                 .options = rows[i].options,
                                 .options_len = sizeof rows[i].options};
        uint8_t frame[128];
        struct pkt_segment seg;
        struct packet packet;
        uint32_t len = packet_build(frame, &out, 0);
        cr_assert_eq(pkt_segment_read(&wire, frame, len, &seg, &packet), rows[i].ok, "row %zu", i);
    }
}

Test(script_runner, tells_transcripts_apart)
{
    const uint64_t us = 1000000;
    struct pkt_result *a = calloc(1, sizeof *a), *b = calloc(1, sizeof *b);
    char why[PKT_ERROR_MAX];
    a->sent_count = 1;
    a->sent[0] =
        (struct pkt_sent){.text = "P. 1:2(1) ack 1", .win = 100, .tsecr = 7, .after_ps = 1000 * us};
    *b = *a;
    cr_assert(pkt_same(a, b, why));
    b->sent[0].after_ps = 1250 * us;
    cr_assert(pkt_same(a, b, why), "5 percent of 1,000 us and 200 us are allowed");
    b->sent[0].after_ps = 1251 * us;
    cr_assert_not(pkt_same(a, b, why), "later");
    a->sent[0].after_ps = 1600 * us;
    cr_assert_not(pkt_same(a, b, why), "earlier");
    *b = *a;
    b->sent[0].win = 99;
    cr_assert_not(pkt_same(a, b, why), "a smaller window");
    b->sent[0].win = 101;
    cr_assert_not(pkt_same(a, b, why), "a larger one, though nothing was read");
    a->window_slack = 1;
    cr_assert(pkt_same(a, b, why), "a larger one");
    *b = *a;
    b->sent[0].tsecr = 8;
    cr_assert_not(pkt_same(a, b, why), "another stamp");
    *b = *a;
    (void)strcpy(b->sent[0].text, "P. 1:3(2) ack 1");
    cr_assert_not(pkt_same(a, b, why), "another segment");
    *b = *a;
    (void)strcpy(b->sent[1].text, ". 2:2(0) ack 1");
    b->sent_count = 2;
    b->moves = b->sent[1].moves = 1;
    cr_assert_not(pkt_same(a, b, why), "no ACK more, not even for a move");
    b->sent_count = 0;
    cr_assert_not(pkt_same(a, b, why), "one is missing");
    free(a);
    free(b);
}
