#!/bin/sh
# Every allocation of the program's own code fails once: exit status 3, a message, no results. Part of `make test-long`.
# usage: long_allocations.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. sim/test/failure/allocations.sh
fail_each 1
