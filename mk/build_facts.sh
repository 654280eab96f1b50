#!/bin/sh
# Writes what the program is built from as a header. An unchanged header keeps its time, so that make rebuilds nothing.
# usage: build_facts.sh HEADER RTL_FILE...
set -eu
header=$1
shift
commit=unknown
dirty=0
if git rev-parse --verify -q HEAD >/dev/null 2>&1; then
    commit=$(git rev-parse HEAD)
    # Other programs may use the index at the same time, so this one takes no lock.
    [ -z "$(git --no-optional-locks status --porcelain --untracked-files=no 2>/dev/null)" ] || dirty=1
fi
verilator=$(verilator --version 2>/dev/null | cut -d ' ' -f 2) || verilator=unknown
rtl=$(cat "$@" | sha256sum | cut -d ' ' -f 1)
mkdir -p "$(dirname "$header")"
new=$header.$$
cat >"$new" <<END
#define BUILD_COMMIT "$commit"
#define BUILD_DIRTY $dirty
#define BUILD_VERILATOR "$verilator"
#define BUILD_RTL_SHA256 "$rtl"
END
if cmp -s "$new" "$header"; then rm -f "$new"; else mv "$new" "$header"; fi
