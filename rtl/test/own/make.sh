#!/bin/sh
# Makes another implementation of the context cache, to try `make RTL=dir` with (docs/ctx_cache_proof.md). It is ours,
# but arbiter and victim choice are written in another way, in files and modules with other names.
#   same     behaves the same in every cycle, so it must pass
#   foreign  evicts the candidate with the lowest number, which lock step must find
#   unsound  drops a request that the DRAM does not take, which the proofs must find
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
