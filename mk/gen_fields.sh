#!/bin/sh
# Writes conn_ctx_fields.h from conn_ctx.def. The header lists the fields of the context in a macro, for code that
# compares contexts field by field.
# usage: gen_fields.sh conn_ctx.def out.h
set -eu
mkdir -p "$(dirname "$2")"
awk '/^#/ || NF == 0 { next }
    { split(substr($3, 2), part, "x"); rows[++n] = "X(" $4 ", " ((part[2] == "") ? 1 : part[2]) ")" }
    END {
        print "/* The fields of the connection context. Generated from models/hwif/conn_ctx.def: edit that. */"
        print "#ifndef TOESIM_HWIF_CONN_CTX_FIELDS_H\n#define TOESIM_HWIF_CONN_CTX_FIELDS_H\n"
        print "/* X(field, entries of its array), in order */\n#define CONN_CTX_FIELDS(X) \\"
        for (i = 1; i <= n; i++)
            print "    " rows[i] (i < n ? " \\" : "")
        print "\n#endif"
    }' "$1" >"$2"
