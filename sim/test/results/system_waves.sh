#!/bin/sh
# GTKWave's fst2vcd converts waves.fst of the default scenario. The file has both caches and the
# probe, the move can be followed in it, and it has every signal of the committed GTKWave view.
# It also shows the moves that are late or fail, even if they come after the first ones.
# usage: system_waves.sh BUILD_DIR
set -u
build=$1
command -v fst2vcd >/dev/null || { echo "skip: fst2vcd (gtkwave) is not installed"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$build/toesim" run scenarios/000-default.yaml --waves moves -o "$work/out" >"$work/log" 2>&1 ||
    { echo "fail: run"; tail -n 20 "$work/log"; exit 1; }
if ! fst2vcd "$work/out/waves.fst" >"$work/waves.vcd" 2>"$work/err"; then
    echo "fail: fst2vcd: $(cat "$work/err")"
    exit 1
fi
# The header up to the scopes, which a user reads first. The date is empty, so that the same run
# gives the same bytes.
awk '/enddefinitions/ { exit } { print }' "$work/waves.vcd" >"$work/header"
section() { awk -v want="\$$1" '$1 == want { on = 1 } on { print } on && /\$end/ { exit }' "$work/header" | tr -s ' \t\n' ' '; }
[ "$(section timescale)" = '$timescale 1ps $end ' ] && echo "pass: the time unit is 1 ps" || echo "fail: $(section timescale)"
[ "$(section date)" = '$date $end ' ] && echo "pass: there is no date" || echo "fail: $(section date)"
first=$(grep -a -m 1 '^#' "$work/waves.vcd") last=$(grep -a '^#' "$work/waves.vcd" | tail -n 1)
end_ps=$(jq .sim_time_ps "$work/out/stats.json")
if [ "${first#\#}" -ge 0 ] && [ "${last#\#}" -gt "${first#\#}" ] && [ "${last#\#}" -le "$end_ps" ]; then
    echo "pass: its times are within the run"
else
    echo "fail: times $first to $last in a run of $end_ps ps"
fi
for scope in nic0 nic1 probe; do
    if grep -q "scope module $scope " "$work/waves.vcd"; then
        echo "pass: scope $scope"
    else
        echo "fail: scope $scope is missing"
    fi
done
for signal in waves_on_i move0_mark_i move0_conn_i op_valid_i rsp_valid_o; do
    id=$(awk -v s="$signal" '$1 == "$var" && $5 ~ s { print $4; exit }' "$work/waves.vcd")
    if [ -z "$id" ]; then
        echo "fail: signal $signal is missing"
        continue
    fi
    changes=$(grep -a -c -F -e " $id" "$work/waves.vcd")
    bits=$(grep -a -c -x -F -e "1$id" "$work/waves.vcd")
    if [ $((changes + bits)) -gt 2 ]; then
        echo "pass: signal $signal changes"
    else
        echo "fail: signal $signal never changes"
    fi
done
awk '/\$scope/ { name[++depth] = $3 } /\$upscope/ { depth-- } /\$enddefinitions/ { exit }
    /\$var/ { path = ""; for (i = 1; i <= depth; i++) path = path name[i] "."; print path $5 ($6 == "$end" ? "" : $6) }' \
    "$work/waves.vcd" >"$work/names"
grep -v -e '^[[@*-]' rtl/move.gtkw | grep -v -x -F -f "$work/names" >"$work/missing"
if [ -s "$work/names" ] && [ ! -s "$work/missing" ]; then
    echo "pass: all signals of rtl/move.gtkw exist"
else
    echo "fail: rtl/move.gtkw names signals that do not exist:"
    cat "$work/missing"
fi

# shown NAME ARGUMENTS OPTION...: the moves of a run with these options; ARGUMENTS go to waves_against_moves.py.
shown() {
    name=$1 arguments=$2
    shift 2
    rm -rf "$work/shown"
    "$build/toesim" run "$@" -o "$work/shown" >"$work/log" 2>&1
    fst2vcd "$work/shown/waves.fst" >"$work/shown.vcd" 2>"$work/err"
    # shellcheck disable=SC2086
    if said=$(python3 sim/test/results/waves_against_moves.py "$work/shown" "$work/shown.vcd" $arguments 2>&1); then
        echo "pass: $name: $(echo "$said" | tr '\n' ';')"
    else
        echo "fail: $name: $said"
    fi
}
alternate=scenarios/port/100-alternate.yaml
shown "moves in time" "" $alternate
shown "moves after link down" "" scenarios/team/200-link-down.yaml --set measure.waves=moves
shown "late moves" "--deadline 2000000 --limit 16" $alternate --set team.move_deadline=2us
shown "late moves, a limit of three" "--deadline 2000000 --limit 3" $alternate --set team.move_deadline=2us \
    --set measure.waves_moves_max=3
shown "failed moves" --failed sim/test/moves/failed.yaml
shown "all moves" "" $alternate --set measure.waves_moves_max=0
shown "waves of everything" "" $alternate --waves all
