#!/bin/sh
# Runs a program and ends it if it hangs. A program in an endless loop ends after SECONDS of its own CPU time, so that a
# slow machine does not matter. A program that waits for something that never comes ends after an hour.
# usage: hang.sh SECONDS PROGRAM ARGUMENT...
set -u
ulimit -t "$1" || exit 3
shift
exec timeout -k 10 3600 "$@"
