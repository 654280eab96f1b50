#!/bin/sh
# Synthesises the context cache for one shape with Yosys for UltraScale+ and prints LUT, FF, RAM, DSP and logic levels per
# module. usage: synth.sh OUT SHAPE "CHPARAM OPTIONS" FILE...
# The script synthesises the logic with the RAM arrays (sram_*) as black boxes, and then each kind of array once,
# because Yosys would need hours for the default shape otherwise. Arrays above 4 kbit may use block RAM and UltraRAM,
# and the others use LUTs. The levels of a module are the longest path through its own LUTs, MUXF and CARRY4 cells. Such
# a path lies between registers, RAMs, DSPs, the modules below and ports, so the script removes these before `ltp`.
# The row `whole` has the levels of the flattened design without the arrays.
# With ARRAYS=0 the script ends behind the netlists of the logic, which are all that the timing estimate needs.
set -eu
out=$1 shape=$2 chparam=$3
shift 3
stem=$out/$shape
mkdir -p "$out"
options='-family xcup -noiopad -noclkbuf'
fail() { tail -n 3 "$1" >&2; exit 1; }
if [ ! -f "$stem.logic" ] || [ -n "$(find "$@" "$0" -newer "$stem.logic")" ]; then
    rm -f "$stem".*
    cut='delete t:FD* t:RAM* t:DSP* t:URAM* t:*sram_*'
    yosys -q -p "read_verilog -sv -Irtl/common $*; hierarchy -check -top ctx_cache $chparam;
        write_ilang $stem.all; blackbox *sram_*;
        synth_xilinx $options; tee -q -o $stem.stat stat;
        design -save all; $cut; delete */t:\$paramod* */t:ctx_cache_* */t:fifo; tee -q -o $stem.ltp ltp;
        design -load all; write_json $stem.parts.json;
        flatten; opt_clean; write_json $stem.whole.json; $cut; tee -q -o $stem.flat ltp" >"$stem.log" 2>&1 || fail "$stem.log"
    touch "$stem.logic"
fi
[ "${ARRAYS:-1}" = 1 ] || exit 0
if [ ! -f "$stem.done" ]; then
    # The file has one line for each kind of array, with its module, its words, and the bits of a word.
    awk '/^module / { name = $2 } /^ *memory width/ { if (name ~ /sram_/) print name, $5, $3 }' "$stem.all" >"$stem.arrays"
    n=0
    while read -r module words bits; do
        n=$((n + 1))
        kind=''
        [ $((words * bits)) -le 4096 ] || kind='-nolutram -uram'
        yosys -q -p "read_ilang $stem.all; synth_xilinx $options $kind -top $module; rename $module array; tee -q -o $stem.array$n stat" \
            >"$stem.array.log" 2>&1 </dev/null || fail "$stem.array.log"
    done <"$stem.arrays"
    touch "$stem.done"
fi
rtl/formal/synth_table.py "$stem"
