#!/bin/sh
# Some allocations of the program's own code fail, one in each run. The exit status is 3, there is
# a message, and there are no results. long_allocations.sh tries all allocations.
# usage: system_allocations.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. sim/test/failure/allocations.sh
fail_each 50
