#!/bin/sh
# Some allocations of the program's own code fail, one a run: exit status 3, a message, no results. All of them: long_allocations.sh.
# usage: system_allocations.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. sim/test/failure/allocations.sh
fail_each 50
