#!/bin/sh
# Builds the library of a context cache of another shape than the program's. The program calls it when a scenario asks for
# such a shape (sim/shape/shape_library.c). The library appears under its name only when it is whole.
# usage: build.sh LIBRARY SETS WAYS LOOKUP_ENTRIES MISS_SLOTS CONN_IDS
set -eu
library=$1 sets=$2 ways=$3 entries=$4 slots=$5 ids=$6
cd "$(dirname "$0")/../.."
for tool in verilator g++ make; do
    command -v $tool >/dev/null || { echo "$tool is not installed: apt-get install verilator g++ make" >&2; exit 3; }
done
work=$(mktemp -d "$library.XXXXXX")
trap 'rm -rf "$work"' EXIT
generated=$work/gen
mkdir -p "$generated/models/hwif" "$work/model"
mk/gen_layout.sh models/hwif/conn_ctx.def "$generated/models/hwif/conn_ctx.h" "$generated/ctx_layout_pkg.sv" "$generated/conn_ctx.md"
verilator --cc -O3 -fno-split --assert --x-assign 0 --x-initial unique +incdir+rtl/common rtl/lint.vlt --trace-fst --trace-max-width 512 \
    -GSETS="$sets" -GWAYS="$ways" -GLOOKUP_ENTRIES="$entries" -GMISS_SLOTS="$slots" -GCONN_IDS="$ids" \
    --prefix Vctx_cache_shape --top-module ctx_cache --Mdir "$work/model" \
    "$generated/ctx_layout_pkg.sv" rtl/ctx_cache/ctx_cache_pkg.sv rtl/common/*.sv $(ls rtl/ctx_cache/*.sv | grep -v _pkg.sv)
root=$(verilator --getenv VERILATOR_ROOT)
flags="-std=c++17 -O2 -fPIC -fno-semantic-interposition -fvisibility=hidden -DVM_COVERAGE=0 -DVM_TRACE=1 -DVM_TRACE_FST=1 -DVM_TRACE_VCD=0
    -DVL_TIME_CONTEXT -I. -I$generated -isystem $root/include -isystem $root/include/vltstd -isystem $root/include/gtkwave -isystem $work/model
    -DSHAPE_SETS=$sets -DSHAPE_WAYS=$ways -DSHAPE_LOOKUP_ENTRIES=$entries -DSHAPE_MISS_SLOTS=$slots -DSHAPE_CONN_IDS=$ids"
# shellcheck disable=SC2086 # flags are words
ls "$work"/model/*.cpp sim/shape/plugin/ctx_cache_library.cpp |
    xargs -P "${JOBS:-2}" -I{} sh -c 'g++ $1 -c "$2" -o "$3/$(basename "$2" .cpp).o"' sh "$flags" {} "$work"
# The run-time library of Verilator is a part of the program, so that there is one copy of it.
g++ -shared -o "$work/library.so" "$work"/*.o
mv "$work/library.so" "$library"
