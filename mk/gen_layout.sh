#!/bin/sh
# Writes the layout of the context from conn_ctx.def: conn_ctx.h for C, ctx_layout_pkg.sv for SystemVerilog, and
# conn_ctx.md, which is the table of docs/hwif.md.
# usage: gen_layout.sh conn_ctx.def out.h out.sv out.md
set -eu
def=$1 header=$2 package=$3 table=$4
mkdir -p "$(dirname "$header")" "$(dirname "$package")" "$(dirname "$table")"

awk -v H="$header" -v P="$package" -v T="$table" '
function fail(text) { print FILENAME ":" FNR ": " text > "/dev/stderr"; failed = 1; exit 1 }
/^#/ || NF == 0 { next }
{
    line = $1; offset = $2; type = $3; name = $4; unit = $5
    # a unit of several words needs quoting; the last column starts at the sixth field
    meaning = $0; for (i = 1; i <= 5; i++) sub(/^[ \t]*[^ \t]+/, "", meaning); sub(/^[ \t]+/, "", meaning)
    if (!match(type, /^u(8|16|32)(x[0-9]+)?$/)) fail("type " type " is not u8, u16 or u32 with an optional xN")
    split(substr(type, 2), part, "x"); bits = part[1] + 0; count = (part[2] == "") ? 1 : part[2] + 0
    bytes = bits / 8 * count
    at = line * 64 + offset
    if (at != expected) fail(name " is at byte " at ", but the previous field ends at " expected + 0)
    if (at % (bits / 8)) fail(name " is not naturally aligned")
    if (int(at / 64) != int((at + bytes - 1) / 64)) fail(name " crosses a line")
    expected = at + bytes
    n++
    names[n] = name; ats[n] = at; bitses[n] = bits; counts[n] = count; units[n] = unit; meanings[n] = meaning; types[n] = type; lines[n] = line; offsets[n] = offset
}
END {
    if (failed) exit 1
    if (expected != 320) { print FILENAME ": layout ends at byte " expected ", must be 320" > "/dev/stderr"; exit 1 }
    print "/* The connection context. Generated from models/hwif/conn_ctx.def: edit that. */" > H
    print "#ifndef TOESIM_HWIF_CONN_CTX_H\n#define TOESIM_HWIF_CONN_CTX_H\n" > H
    print "#include \"models/hwif/ctx_enums.h\"\n\n#include <assert.h>\n#include <stddef.h>\n#include <stdint.h>\n" > H
    print "struct conn_ctx {" > H
    for (i = 1; i <= n; i++)
        printf("    uint%d_t %s%s; /* [%s] %s */\n", bitses[i], names[i], (counts[i] > 1) ? "[" counts[i] "]" : "", units[i], meanings[i]) > H
    print "};\n" > H
    print "static_assert(sizeof(struct conn_ctx) == CTX_BYTES, \"image size\");" > H
    for (i = 1; i <= n; i++)
        printf "static_assert(offsetof(struct conn_ctx, %s) == %d, \"layout\");\n", names[i], ats[i] > H
    print "\n#endif" > H

    print "// The connection context. Generated from models/hwif/conn_ctx.def: edit that." > P
    print "// <FIELD>_LSB: first bit in the 2560-bit image (byte 0 = bits 7:0); <FIELD>_LINE: 64-byte line;" > P
    print "// <FIELD>_BIT: first bit inside the 512-bit line; <FIELD>_W: width." > P
    print "package ctx_layout_pkg;" > P
    print "    parameter int CTX_BYTES = 320;\n    parameter int CTX_LINES = 5;\n    parameter int CTX_LINE_W = 512;\n    parameter int CTX_CONST_LINE = 4;" > P
    for (i = 1; i <= n; i++) {
        u = toupper(names[i])
        printf "    parameter int %s_LSB = %d;\n    parameter int %s_LINE = %d;\n    parameter int %s_BIT = %d;\n    parameter int %s_W = %d;\n", u, ats[i] * 8, u, lines[i], u, offsets[i] * 8, u, bitses[i] * counts[i] > P
    }
    print "endpackage" > P

    print "| line | byte | type | field | unit | meaning |\n|---|---|---|---|---|---|" > T
    for (i = 1; i <= n; i++)
        printf "| %d | %d | %s | `%s` | %s | %s |\n", lines[i], offsets[i], types[i], names[i], units[i], meanings[i] > T
}' "$def"
