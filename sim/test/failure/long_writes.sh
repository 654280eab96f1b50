#!/bin/sh
# Every write of the program's output and of its temporary files fails once. Each time the exit
# status is 3, there is a message, and no file is incomplete. This is a part of `make test-long`.
# usage: long_writes.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. sim/test/failure/writes.sh
fail_writes 1 1 $ENOSPC 'No space left on device'
fail_writes 1 1 $EIO 'Input/output error'
fail_capture_writes 1 1 $ENOSPC 'No space left on device'
