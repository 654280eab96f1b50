#!/bin/sh
# Some writes of the program's own output fail, one a run: exit status 3, a message that names the file, nothing half, the earlier
# results as they were. All of them: long_writes.sh. usage: system_writes.sh BUILD_DIR
set -u
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. sim/test/writes.sh
fail_writes 2 11 $ENOSPC 'No space left on device'
