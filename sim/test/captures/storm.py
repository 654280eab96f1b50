#!/usr/bin/env python3
"""Writes a capture in which many connections speak at almost the same time, so that a re-hash before makes a storm of moves.

Each connection opens, exchanges 32 bytes in both directions, and is silent until all have opened and 2 ms more have passed.
Then each sends one request within SPREAD_US and gets an answer. After CLOSE_MS more, all of them close.

usage: storm.py CONNECTIONS OPEN_NS SPREAD_US CLOSE_MS BYTES FILE
"""

import struct
import sys

SYN, ACK, PSH_ACK, FIN_ACK = 0x02, 0x10, 0x18, 0x11
RTT_NS, PAUSE_NS = 20_000, 2_000_000
SERVER = (bytes((10, 0, 0, 1)), 80)
MSS_AND_SCALE = bytes.fromhex("020405b401030307")


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data if len(data) % 2 == 0 else data[:-1]))
    total += data[-1] << 8 if len(data) % 2 else 0
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def frame(number, to_server, seq, ack, flags, payload):
    client = (bytes((10, 1 + (number >> 14), number >> 7 & 127, 1 + (number & 127))), 20000 + number % 40000)
    (src, sport), (dst, dport) = (client, SERVER) if to_server else (SERVER, client)
    options = MSS_AND_SCALE if flags & SYN else b""
    window = 65535 if flags & SYN else 512
    tcp = struct.pack("!HHIIBBHHH", sport, dport, seq, ack, (20 + len(options)) // 4 << 4, flags, window, 0, 0) + options + payload
    tcp = tcp[:16] + struct.pack("!H", checksum(src + dst + struct.pack("!BBH", 0, 6, len(tcp)) + tcp)) + tcp[18:]
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0, src, dst)
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    macs = bytes.fromhex("020000000001020000000002" if to_server else "020000000002020000000001")
    return macs + b"\x08\x00" + ip + tcp


def conversation(number, begin, storm, close, size):
    """Yields the segments of a connection: time, direction, sequence number, acknowledgment, flags, payload."""
    c, s = 1000 + 7 * number, 5000 + 11 * number
    yield begin, True, c, 0, SYN, b""
    yield begin + RTT_NS // 2, False, s, c + 1, SYN | ACK, b""
    c, s, at = c + 1, s + 1, begin + RTT_NS
    yield at, True, c, s, ACK, b""
    for length, at in ((32, at + 1000), (size, storm)):
        yield at, True, c, s, PSH_ACK, b"q" * length
        c += length
        yield at + RTT_NS, False, s, c, PSH_ACK, b"r" * length
        s += length
        yield at + RTT_NS + 1000, True, c, s, ACK, b""
    yield close, True, c, s, FIN_ACK, b""
    yield close + RTT_NS, False, s, c + 1, FIN_ACK, b""
    yield close + 2 * RTT_NS, True, c + 1, s + 1, ACK, b""


def main():
    connections, open_ns, spread_us, close_ms, size = map(int, sys.argv[1:6])
    storm = connections * open_ns + PAUSE_NS
    step = spread_us * 1000 / connections
    close = storm + spread_us * 1000 + close_ms * 1_000_000
    segments = []
    for i in range(connections):
        times = (i * open_ns, int(storm + i * step), int(close + i * max(step, 200)))
        segments += [(part[0], i, part) for part in conversation(i, *times, size)]
    segments.sort(key=lambda row: row[:2])
    with open(sys.argv[6], "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1))
        for at, i, (_, to_server, seq, ack, flags, payload) in segments:
            data = frame(i, to_server, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, flags, payload)
            file.write(struct.pack("<IIII", 1700000000 + at // 10**9, at % 10**9, len(data), len(data)) + data)


if __name__ == "__main__":
    main()
