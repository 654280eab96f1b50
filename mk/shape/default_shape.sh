#!/bin/sh
# Writes the defaults of the RTL's parameters as a header, so that they are written in one place only.
# usage: default_shape.sh HEADER CTX_CACHE.sv
set -eu
mkdir -p "$(dirname "$1")"
sed -n 's/^ *parameter int \([A-Z_]*\) = \([0-9]*\).*/#define DEFAULT_\1 \2u/p' "$2" >"$1.$$"
for name in SETS WAYS LOOKUP_ENTRIES CONN_IDS MISS_SLOTS; do
    grep -q "^#define DEFAULT_$name " "$1.$$" || { echo "$2: has no parameter $name" >&2; rm -f "$1.$$"; exit 1; }
done
mv "$1.$$" "$1"
