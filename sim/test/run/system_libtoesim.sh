#!/bin/sh
# Uses libtoesim from plain C. The example is linked with the shared and with the static library,
# and the exported symbols of the shared one are checked.
# usage: system_libtoesim.sh BUILD_DIR
set -u
build=$1
for program in echo echo-static connect; do
    if out=$(mk/hang.sh 60 "$build/example/$program" 2>&1); then
        echo "pass: $program ($out)"
    else
        echo "fail: $program: $out"
    fi
done
# Script languages and test harnesses load the library at run time, when little static TLS is left.
if out=$("$build/example/load" "$build/libtoesim.so" 2>&1); then
    echo "pass: dlopen loads it ($out)"
else
    echo "fail: dlopen: $out"
fi
seen=$(nm -D --defined-only "$build/libtoesim.so" | awk '{ print $3 }' | grep -v -e '^toesim_' -e '^sc_main$')
if [ -z "$seen" ]; then
    echo "pass: only toesim_* is seen from outside"
else
    echo "fail: more than toesim_* is seen from outside: $seen"
fi
if grep -qE 'include <(systemc|vector|string)>' sim/toesim.h ||
    ! echo '#include "sim/toesim.h"' | ${CC:-gcc} -std=c17 -Wall -Wextra -Wpedantic -Werror -I. -x c -fsyntax-only -; then
    echo "fail: sim/toesim.h is no plain C header"
else
    echo "pass: sim/toesim.h is a plain C header"
fi
