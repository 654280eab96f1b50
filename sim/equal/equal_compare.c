#include "sim/equal/equal_compare.h"

#include "models/hwif/nic_desc.h"
#include "models/trace/replay/outcome.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

enum { END_BYTES = 96, TUPLE_BYTES = 64 };

/* One conversation in all runs. A run may lack it. */
struct trio {
    const struct stream_conn *conn[EQUAL_RUNS];
};

struct comparison {
    const char *const *names;
    bool may_fail;
    uint64_t lines_left, lines_hidden;
    FILE *out;
    struct equal_counts *counts;
};

/* --- text --- */

static const char *cause_text(uint32_t cause)
{
    switch ((enum nic_term_cause)cause) {
    case NIC_TERM_NONE:
        return "closed in order";
    case NIC_TERM_REMOTE_RESET:
        return "reset by the client";
    case NIC_TERM_RTX_EXHAUSTED:
        return "retransmissions exhausted";
    case NIC_TERM_KEEPALIVE:
        return "keepalive unanswered";
    case NIC_TERM_CTX_ERROR:
        return "context error";
    case NIC_TERM_LOCAL_ABORT:
        return "aborted by the application";
    case NIC_TERM_ENGINE_ERROR:
        return "engine error";
    case NIC_TERM_HANDSHAKE_TIMEOUT:
        return "handshake timeout";
    case NIC_TERM_UNREACHABLE:
        return "unreachable";
    case NIC_TERM_PORT_UNREACHABLE:
        return "port unreachable";
    }
    return "unknown cause";
}

static void end_text(char text[END_BYTES], const struct stream_conn *conn)
{
    if (!conn) {
        (void)snprintf(text, END_BYTES, "no connection");
        return;
    }
    const char *server = conn->notices == 0 ? "not notified of an end" : cause_text(conn->cause);
    const char *client = conn->reset && conn->fin ? "FIN and reset"
                         : conn->reset            ? "reset"
                         : conn->fin              ? "FIN"
                                                  : "no end";
    char often[24] = "";
    if (conn->notices > 1)
        (void)snprintf(often, sizeof often, " (%" PRIu32 " times)", conn->notices);
    (void)snprintf(text, END_BYTES, "server %s%s, client got %s, %s", server, often, client,
                   outcome_key((enum outcome)conn->outcome));
}

/* The line begins with the number of the conversation and the tuple of the client. */
static bool begin_line(struct comparison *c, const struct trio *trio)
{
    const struct stream_conn *conn = NULL;
    char address[INET6_ADDRSTRLEN] = "", tuple[TUPLE_BYTES];
    for (int run = 0; !conn; run++)
        conn = trio->conn[run];
    if (c->lines_left == 0) {
        c->lines_hidden++;
        return false;
    }
    c->lines_left--;
    bool v4 = conn->key.ip_version == 4;
    (void)inet_ntop(v4 ? AF_INET : AF_INET6, conn->key.raddr + (v4 ? 12 : 0), address,
                    sizeof address);
    (void)snprintf(tuple, sizeof tuple, v4 ? "%s:%u" : "[%s]:%u", address, conn->key.rport);
    (void)fprintf(c->out, "conversation %" PRIu64 " (%s", conn->number, tuple);
    if (conn->nth > 0)
        (void)fprintf(c->out, ", connection %" PRIu32, conn->nth + 1);
    (void)fputs("): ", c->out);
    return true;
}

/* --- comparison --- */

static const struct stream *side_of(const struct stream_conn *conn, bool to_server)
{
    static const struct stream none;
    if (!conn)
        return &none;
    return to_server ? &conn->to_server : &conn->to_client;
}

/* Compares one direction with the first run. If only_common is true, one stream may be longer. */
static bool bytes_are_equal(struct comparison *c, const struct trio *trio, bool to_server,
                            bool only_common)
{
    const struct stream *first = side_of(trio->conn[0], to_server);
    bool equal = true;
    for (int run = 1; run < EQUAL_RUNS; run++) {
        const struct stream *other = side_of(trio->conn[run], to_server);
        uint64_t at = stream_first_difference(first, other);
        if (at == UINT64_MAX && first->len != other->len && !only_common)
            at = first->len < other->len ? first->len : other->len;
        if (at == UINT64_MAX)
            continue;
        equal = false;
        if (begin_line(c, trio))
            (void)fprintf(c->out,
                          "bytes to the %s differ from byte %" PRIu64 " on: %s has %" PRIu64
                          " bytes, %s has %" PRIu64 "\n",
                          to_server ? "server" : "client", at, c->names[0], first->len,
                          c->names[run], other->len);
    }
    return equal;
}

/* A run is over when its clients are done. A server whose FIN was received may still wait for the acknowledgment of this
 * FIN then, or for its retransmission timer if the acknowledgment was lost. */
static bool still_closes(const struct stream_conn *conn)
{
    return conn && conn->notices == 0 && conn->fin && !conn->reset &&
           conn->outcome == OUTCOME_INTACT;
}

/* Like end_text(), but a server that still closes counts as closed in order. */
static void end_to_compare(char text[END_BYTES], const struct stream_conn *conn)
{
    struct stream_conn closed;
    if (still_closes(conn)) {
        closed = *conn;
        closed.notices = 1;
        closed.cause = NIC_TERM_NONE;
        conn = &closed;
    }
    end_text(text, conn);
}

static bool ends_are_equal(struct comparison *c, const struct trio *trio)
{
    char first[END_BYTES], other[END_BYTES];
    bool equal = true;
    end_to_compare(first, trio->conn[0]);
    for (int run = 1; run < EQUAL_RUNS; run++) {
        end_to_compare(other, trio->conn[run]);
        if (strcmp(first, other) == 0)
            continue;
        equal = false;
        if (begin_line(c, trio))
            (void)fprintf(c->out, "the end differs: %s: %s; %s: %s\n", c->names[0], first,
                          c->names[run], other);
    }
    return equal;
}

static bool was_cut(const struct stream_conn *conn)
{
    return conn && (conn->outcome == OUTCOME_UNFINISHED ||
                    (outcome_is_partial((enum outcome)conn->outcome) && conn->notices == 0));
}

static bool failed_in_hardware(const struct stream_conn *conn)
{
    return conn && conn->notices > 0 &&
           (conn->cause == NIC_TERM_CTX_ERROR || conn->cause == NIC_TERM_ENGINE_ERROR);
}

static void compare(struct comparison *c, const struct trio *trio)
{
    bool cut = false, hardware = false;
    for (int run = 0; run < EQUAL_RUNS; run++) {
        cut |= was_cut(trio->conn[run]);
        hardware |= c->may_fail && failed_in_hardware(trio->conn[run]);
    }
    bool excused = cut || hardware;
    bool to_server = bytes_are_equal(c, trio, true, excused);
    bool to_client = bytes_are_equal(c, trio, false, excused);
    bool ends = excused || ends_are_equal(c, trio);
    if (!to_server || !to_client || !ends)
        c->counts->different++;
    else if (hardware)
        c->counts->hardware++;
    else if (cut)
        c->counts->cut++;
    else
        c->counts->equal++;
}

void equal_compare(const struct stream_file files[EQUAL_RUNS], const char *const names[EQUAL_RUNS],
                   bool may_fail, uint64_t lines_max, FILE *out, struct equal_counts *counts)
{
    struct comparison c = {names, may_fail, lines_max, 0, out, counts};
    size_t at[EQUAL_RUNS] = {0};
    *counts = (struct equal_counts){0};
    for (;;) {
        const struct stream_conn *next = NULL;
        struct trio trio = {0};
        for (int run = 0; run < EQUAL_RUNS; run++) {
            if (at[run] == files[run].count)
                continue;
            const struct stream_conn *conn = &files[run].conns[at[run]];
            if (!next || stream_conn_order(conn, next) < 0)
                next = conn;
        }
        if (!next)
            break;
        for (int run = 0; run < EQUAL_RUNS; run++)
            if (at[run] < files[run].count &&
                stream_conn_order(&files[run].conns[at[run]], next) == 0)
                trio.conn[run] = &files[run].conns[at[run]++];
        compare(&c, &trio);
    }
    if (c.lines_hidden > 0)
        (void)fprintf(out, "%" PRIu64 " more differences are not shown\n", c.lines_hidden);
}
