#!/bin/sh
# Another implementation of the context cache, to try `make RTL=dir` with (docs/ctx_cache_proof.md): ours with arbiter and
# victim choice in files and modules of other names, written another way.
#   same     does the same in every cycle: it must pass
#   foreign  evicts the candidate of the lowest number: lock step must tell
#   unsound  drops a request that the DRAM does not take: the proofs must tell
# usage: rtl/test/own/make.sh DIR same|foreign|unsound
set -eu
dir=$1 kind=$2
mkdir -p "$dir"
for file in rtl/ctx_cache/*.sv; do
    case $file in */ctx_cache_arb.sv | */ctx_cache_victim.sv | *_pkg.sv) continue ;; esac
    sed 's/ctx_cache_arb u_arb/own_round_robin u_turns/; s/ctx_cache_victim #/own_victim #/' "$file" >"$dir/${file##*/}"
done
cp rtl/test/own/*.sv "$dir"
change() { # FILE FROM TO: exactly one line
    [ "$(grep -c -F "$2" "$dir/$1")" = 1 ] || { echo "make.sh: $1 has changed" >&2; exit 1; }
    sed -i "s/$2/$3/" "$dir/$1"
}
case $kind in
same) ;;
foreign) change own_victim.sv "ok == '1;" "usable[w] \&\& (usable \& ((WAYS'(1) << w) - 1'b1)) == '0;" ;;
unsound) change ctx_cache_mem.sv "free         = !req_q || mem_req_ready_i;" "free         = 1'b1;" ;;
*) exit 2 ;;
esac
