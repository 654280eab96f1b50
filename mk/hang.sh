#!/bin/sh
# Runs a program and ends it when it hangs, however slow the machine is: after SECONDS of its own CPU time when it
# runs in circles; after an hour when it waits for something that never comes.
# usage: hang.sh SECONDS PROGRAM ARGUMENT...
set -u
ulimit -t "$1" || exit 3
shift
exec timeout -k 10 3600 "$@"
