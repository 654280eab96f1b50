#!/usr/bin/env python3
# Puts each frame of little-endian pcap files into a file of its own, as a seed for fuzz_decap. usage: frames_of.py FOLDER PCAP...
import os
import struct
import sys

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
for path in sys.argv[2:]:
    data = open(path, "rb").read()
    at, number = 24, 0
    while at < len(data):
        captured, length = struct.unpack_from("<II", data, at + 8)
        name = "%s/%s-%d" % (folder, os.path.basename(path), number)
        with open(name, "wb") as out:
            out.write(bytes([3 if length > captured else 1]) + data[at + 16:at + 16 + captured])
        at += 16 + captured
        number += 1
