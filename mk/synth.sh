#!/bin/sh
# Synthesises the context cache for one shape with Yosys for UltraScale+ and prints LUT, FF, RAM, DSP and logic
# levels per module. usage: synth.sh OUT SHAPE "CHPARAM OPTIONS" "SYNTH OPTIONS" FILE...
# Levels: longest path through LUTs, MUXF and CARRY4 of the module itself, between its registers, RAMs, DSPs,
# parts and ports (`ltp` after these are taken out). The last row is the flat design, parts together.
set -eu
out=$1 shape=$2 chparam=$3 options=$4
shift 4
mkdir -p "$out"
[ -f "$out/$shape.stat" ] && [ -z "$(find "$@" -newer "$out/$shape.stat")" ] || {
    cut='delete t:FD* t:RAM* t:DSP* t:URAM*'
    yosys -q -p "read_verilog -sv -Irtl/common $*; hierarchy -check -top ctx_cache $chparam;
        synth_xilinx -family xcup -noiopad -noclkbuf $options; tee -q -o $out/$shape.stat.new stat;
        design -save all; $cut; delete */t:\$paramod* */t:ctx_cache_*; tee -q -o $out/$shape.ltp ltp;
        design -load all; flatten; $cut; tee -q -o $out/$shape.flat ltp" >"$out/$shape.log" 2>&1 ||
        { tail -n 3 "$out/$shape.log" >&2; exit 1; }
    mv "$out/$shape.stat.new" "$out/$shape.stat"
}
echo "| module | copies | LUT | FF | LUTRAM | BRAM18 | DSP | levels |"
echo "|---|---|---|---|---|---|---|---|"
cat "$out/$shape.ltp" "$out/$shape.flat" "$out/$shape.stat" | awk '
function clean(text) { full = text; if (match(text, /(ctx_cache_[a-z]+|ctx_cache|sram_1rw|fifo)/)) text = substr(text, RSTART, RLENGTH); return text }
/^Longest topological path in/ {
    who = $5; if (split($0, part, "length=") == 2) { n = part[2] + 0 }
    if (who in levels) flat = n - 1 > 0 ? n - 1 : 0; else levels[who] = n - 1 > 0 ? n - 1 : 0
    next
}
/^=== / { module = $2; if (module == "design") tree = 1; else { order[++modules] = module } next }
tree && NF == 2 && $2 ~ /^[0-9]+$/ && $1 in levels { copies[$1] += $2; next }
!tree && NF == 2 && $2 ~ /^[0-9]+$/ {
    if ($1 ~ /^LUT[1-6]$/ || $1 == "INV") lut[module] += $2
    else if ($1 ~ /^FD/) ff[module] += $2
    else if ($1 ~ /^RAM(32|64|128|256|512)/) lutram[module] += $2
    else if ($1 ~ /^RAMB18/) bram[module] += $2
    else if ($1 ~ /^RAMB36/) bram[module] += 2 * $2
    else if ($1 ~ /^DSP/) dsp[module] += $2
    if ($1 in levels) uses[module, $1] = $2
}
function total(what, module,   m, sum) {
    sum = what[module]
    for (m in levels) if ((module, m) in uses) sum += uses[module, m] * total(what, m)
    return sum + 0
}
END {
    for (i = 1; i <= modules; i++) {
        m = order[i]
        printf "| %s | %d | %d | %d | %d | %d | %d | %d |\n", clean(m), m == "ctx_cache" ? 1 : copies[m], lut[m], ff[m], lutram[m], bram[m], dsp[m], levels[m]
    }
    m = "ctx_cache"
    printf "| **all** | | %d | %d | %d | %d | %d | %d |\n", total(lut, m), total(ff, m), total(lutram, m), total(bram, m), total(dsp, m), flat
}'
