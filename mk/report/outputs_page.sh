#!/bin/sh
# Prints docs/outputs.md, from the tables of the program.
# usage: outputs_page.sh TOESIM
set -eu
cat <<'END'
# Every key and every column

This page is made by `make outputs-page` from the tables of the program, and a test keeps it so. `docs/results.md` explains the files
and how results are judged.

## The keys of stats.json

A key in square brackets has a number for each NIC, such as `nics[0].mac.rx_frames`. `toesim check --outputs` prints this
table, and `toesim check --schema --outputs` prints it as a JSON Schema. *sometimes*: only runs that have it; *late*:
expectations cannot use it.

END
"$1" check --outputs
cat <<'END'

## The columns of the tables

END
"$1" check --columns
