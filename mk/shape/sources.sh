#!/bin/sh
# Prints a hash of all files from which the libraries of other cache shapes are built, or writes it to a header.
# usage: sources.sh [HEADER]
set -eu
[ $# -eq 0 ] || mkdir -p "$(dirname "$1")"
hash=$(cd "$(dirname "$0")/../.." && cat rtl/ctx_cache/*.sv rtl/common/*.sv* rtl/lint.vlt sim/glue/*.h sim/shape/plugin/* mk/shape/build.sh \
    models/hwif/ctx_store.h models/hwif/conn_ctx.def mk/gen_layout.sh | sha256sum | cut -c 1-16)
if [ $# -eq 0 ]; then echo "$hash"; else echo "#define SHAPE_SOURCES \"$hash\"" >"$1"; fi
