#!/bin/sh
# Replays captures of 4 GB in an address space of 2 GiB, each one four times. This takes hours and
# 15 GB of disk. BYTES and SPACE (KiB) in the environment change the sizes.
# usage: long_big_capture.sh BUILD_DIR
exec sim/test/replay/big_capture.sh "$1" "${BYTES:-4000000000}" 2097152 "${SPACE:-2097152}"
