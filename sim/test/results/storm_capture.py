#!/usr/bin/env python3
"""Writes a pcap of many connections that are all silent, and then all speak at once.

Each client opens a connection, exchanges one short request, and is silent. When the last one is silent
there is a pause, in which a test lets the switch change its mind about every connection. Then each
client sends one more request, one after the other within a short time, and closes later.

usage: storm_capture.py CLIENTS FILE [--open NS] [--spread US] [--payload BYTES] [--linger MS]
Prints the time in nanoseconds, from the first frame on, at which all clients have become silent.
"""
import argparse
import struct

SERVER_IP, SERVER_PORT = bytes((10, 0, 0, 1)), 80
SERVER_MAC, CLIENT_MAC = bytes((2, 0, 0, 0, 0, 1)), bytes((2, 0, 0, 0, 0, 2))
FIN, SYN, PSH, ACK = 1, 2, 8, 16
ONE_WAY_NS = 10_000  # delay between the captured client and server
SILENCE_NS = 2_000_000  # pause between the last client's opening and the first request


def checksum(data):
    """RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def client_address(client):
    """No two clients share an address: 16,384 in each of 10.1, 10.2 and so on."""
    return bytes((10, 1 + (client >> 14), client >> 7 & 127, 1 + (client & 127)))


def frame(client, to_server, seq, ack, flags, payload):
    """An Ethernet frame with an IPv4 TCP segment; SYNs carry MSS and window scale."""
    mine, port = client_address(client), 20000 + client % 40000
    src, dst, sport, dport = mine, SERVER_IP, port, SERVER_PORT
    macs = SERVER_MAC + CLIENT_MAC
    if not to_server:
        src, dst, sport, dport = dst, src, dport, sport
        macs = CLIENT_MAC + SERVER_MAC
    options = bytes((2, 4, 5, 180, 1, 3, 3, 7)) if flags & SYN else b""
    head = struct.pack("!HHIIBBHHH", sport, dport, seq, ack, (20 + len(options)) // 4 << 4, flags,
                       65535 if flags & SYN else 512, 0, 0)
    tcp = head + options + payload
    pseudo = src + dst + struct.pack("!BBH", 0, 6, len(tcp))
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0) + src + dst
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    return macs + b"\x08\x00" + ip + tcp


class Conversation:
    """One client's segments: (time in ns, frame)."""

    def __init__(self, client):
        self.client, self.segments = client, []
        self.next = {True: 1000 + 7 * client, False: 5000 + 11 * client}

    def send(self, at_ns, to_server, flags, payload=b""):
        ack = self.next[not to_server] if flags & ACK else 0
        data = frame(self.client, to_server, self.next[to_server], ack, flags, payload)
        self.segments.append((at_ns, data))
        self.next[to_server] += len(payload) + bool(flags & (SYN | FIN))

    def open(self, at_ns):
        self.send(at_ns, True, SYN)
        self.send(at_ns + ONE_WAY_NS, False, SYN | ACK)
        self.send(at_ns + 2 * ONE_WAY_NS, True, ACK)

    def request(self, at_ns, ask, answer):
        self.send(at_ns, True, PSH | ACK, ask)
        self.send(at_ns + 2 * ONE_WAY_NS, False, PSH | ACK, answer)
        self.send(at_ns + 2 * ONE_WAY_NS + 1000, True, ACK)

    def close(self, at_ns):
        self.send(at_ns, True, FIN | ACK)
        self.send(at_ns + 2 * ONE_WAY_NS, False, FIN | ACK)
        self.send(at_ns + 4 * ONE_WAY_NS, True, ACK)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clients", type=int)
    parser.add_argument("file")
    parser.add_argument("--open", type=int, default=2000, help="ns between two openings")
    parser.add_argument("--spread", type=int, default=1000, help="us in which all requests are sent")
    parser.add_argument("--payload", type=int, default=512, help="bytes of a request and an answer")
    parser.add_argument("--linger", type=int, default=60, help="ms from the last request to the closes")
    args = parser.parse_args()
    silent_ns = args.clients * args.open
    storm_ns = silent_ns + SILENCE_NS
    close_ns = storm_ns + args.spread * 1000 + args.linger * 1_000_000
    segments = []
    for client in range(args.clients):
        offset_ns = args.spread * 1000 * client // args.clients
        conversation = Conversation(client)
        conversation.open(client * args.open)
        conversation.request(client * args.open + 2 * ONE_WAY_NS + 1000, b"q" * 32, b"r" * 32)
        conversation.request(storm_ns + offset_ns, b"Q" * args.payload, b"R" * args.payload)
        conversation.close(close_ns + max(offset_ns, 200 * client))
        segments += conversation.segments
    segments.sort(key=lambda segment: segment[0])
    with open(args.file, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1))
        for at_ns, data in segments:
            seconds = 1_700_000_000 + at_ns // 1_000_000_000
            out.write(struct.pack("<IIII", seconds, at_ns % 1_000_000_000, len(data), len(data)) + data)
    print(silent_ns + SILENCE_NS // 2)


main()
