#!/bin/sh
# Replays captures of 4 GB in an address space of 2 GiB, each one four times. This takes hours and
# 15 GB of disk. BYTES and SPACE (KiB) in the environment change the sizes.
# usage: long_big_capture.sh BUILD_DIR
bytes=${BYTES:-4000000000} space=${SPACE:-2097152}
# A SYN takes 78 bytes in the file, at most 48 in memory, and about 450 on disk. The conversations one after the other are
# few, because replaying them takes long.
sim/test/replay/many_conversations.sh "$1" $((bytes / 78)) $((bytes / 80000)) "$space"
exec sim/test/replay/big_capture.sh "$1" "$bytes" 2097152 "$space"
