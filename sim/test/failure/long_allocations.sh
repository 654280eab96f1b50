#!/bin/sh
# Every allocation of the program's own code fails once. Each time the exit status is 3, there is a
# message, and there are no results. This is a part of `make test-long`.
# usage: long_allocations.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. sim/test/failure/allocations.sh
fail_each 1
