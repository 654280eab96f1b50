#!/usr/bin/python3
# Writes the captures tunnel-*.pcap, with one small conversation inside each kind of tunnel. scapy builds the headers,
# so that they do not come from code of this project.
# usage: tunnels.py FOLDER
import logging
import sys

logging.getLogger("scapy").setLevel(logging.ERROR)
from scapy.contrib.erspan import ERSPAN_I, ERSPAN_II, ERSPAN_III, ERSPAN_PlatformSpecific  # noqa: E402
from scapy.contrib.geneve import GENEVE  # noqa: E402
from scapy.contrib.mpls import MPLS  # noqa: E402
from scapy.layers.inet import GRE, IP, TCP, UDP, fragment  # noqa: E402
from scapy.layers.inet6 import IPv6  # noqa: E402
from scapy.layers.l2 import Dot1Q, Ether  # noqa: E402
from scapy.layers.vxlan import VXLAN  # noqa: E402
from scapy.packet import Raw  # noqa: E402
from scapy.utils import wrpcap  # noqa: E402

REQUEST, ANSWER = 200, 3000


def conversation(ip_version=4, salt=0):
    """(from the server?, frame) of 200 bytes to the server and 3000 back, closed in order."""
    def segment(from_server, flags, seq, ack, count=0):
        a, b = ("192.168.5.1", "192.168.5.9") if ip_version == 4 else ("fd05::1", "fd05::9")
        ip = (IP if ip_version == 4 else IPv6)(src=b if from_server else a, dst=a if from_server else b)
        tcp = TCP(sport=80 if from_server else 40001, dport=40001 if from_server else 80, flags=flags, seq=seq, ack=ack,
                  window=60000)
        data = bytes((seq + i + salt) % 251 for i in range(count))
        macs = Ether(src="02:00:00:00:05:0%d" % (9 if from_server else 1),
                     dst="02:00:00:00:05:0%d" % (1 if from_server else 9))
        frame = macs / ip / tcp
        return from_server, frame / Raw(data) if count else frame

    c, s = 1000, 5000
    yield segment(False, "S", c, 0)
    yield segment(True, "SA", s, c + 1)
    yield segment(False, "A", c + 1, s + 1)
    yield segment(False, "PA", c + 1, s + 1, REQUEST)
    c += 1 + REQUEST
    for k in range(3):
        yield segment(True, "PA", s + 1 + k * 1000, c, 1000)
    s += 1 + ANSWER
    yield segment(False, "A", c, s)
    yield segment(True, "FA", s, c)
    yield segment(False, "FA", c, s + 1)
    yield segment(True, "A", s + 1, c + 1)


def outer(from_server, protocol_layer, version=4):
    a, b = ("10.0.0.1", "10.0.0.2") if version == 4 else ("fd00::1", "fd00::2")
    if from_server:
        a, b = b, a
    ip = IP(src=a, dst=b) if version == 4 else IPv6(src=a, dst=b)
    return Ether(src="02:00:00:00:00:0a", dst="02:00:00:00:00:0b") / ip / protocol_layer


def vxlan(frame, vni, port=4789):
    return UDP(sport=50000, dport=port) / VXLAN(flags=8, vni=vni) / frame


KINDS = {
    "gre-ip": lambda s, f: outer(s, GRE() / f.payload),
    "gre-all-fields": lambda s, f: outer(s, GRE(chksum_present=1, key_present=1, seqnum_present=1, key=7, sequence_number=3) / f.payload),
    "gre-over-v6": lambda s, f: outer(s, GRE() / f.payload, 6),
    "gre-mpls": lambda s, f: outer(s, GRE(proto=0x8847) / MPLS(label=100, s=0) / MPLS(label=200, s=1) / f.payload),
    "nvgre": lambda s, f: outer(s, GRE(proto=0x6558, key_present=1, key=0x123400 + 17) / f),
    "erspan-1": lambda s, f: outer(s, GRE(proto=0x88be) / ERSPAN_I() / f),
    "erspan-2": lambda s, f: outer(s, GRE(proto=0x88be, seqnum_present=1, sequence_number=9) / ERSPAN_II(ver=1, session_id=5) / f),
    "erspan-3": lambda s, f: outer(s, GRE(proto=0x22eb, seqnum_present=1, sequence_number=9) / ERSPAN_III(session_id=5) / f),
    "erspan-3-platform": lambda s, f: outer(s, GRE(proto=0x22eb, seqnum_present=1, sequence_number=9) /
                                            ERSPAN_III(session_id=5, o=1) / ERSPAN_PlatformSpecific() / f),
    "vxlan": lambda s, f: outer(s, vxlan(f, 77)),
    "vxlan-over-v6": lambda s, f: outer(s, vxlan(f, 77), 6),
    "vxlan-gpe": lambda s, f: outer(s, UDP(sport=50000, dport=4790) / Raw(bytes([12, 0, 0, 1, 0, 0, 77, 0])) / f.payload),
    "vxlan-asymmetric": lambda s, f: outer(s, vxlan(f, 10 + s)),
    "geneve": lambda s, f: outer(s, UDP(sport=50000, dport=6081) / GENEVE(vni=77, proto=0x6558, options=[]) / f),
    "geneve-options": lambda s, f: outer(s, UDP(sport=50000, dport=6081) /
                                         Raw(bytes([2, 0, 0x08, 0, 0, 0, 77, 0, 1, 2, 0x80, 1, 9, 9, 9, 9])) / f.payload),
    "ip-in-ip": lambda s, f: outer(s, f.payload),
    "nested": lambda s, f: outer(s, GRE(key_present=1, key=8) / outer(s, vxlan(
        Ether(src=f.src, dst=f.dst) / Dot1Q(vlan=30) / IP(src="10.9.0.1", dst="10.9.0.2") / GRE() / f.payload, 9)).payload),
    "one-direction": lambda s, f: f if s else outer(s, f.payload),
}


def write(folder, name, frames, snap=None):
    packets, time = [], 1600000000.0
    for frame in frames:
        raw = bytes(frame)
        packet = Ether(raw[:snap])
        packet.wirelen = len(raw)
        packet.time = time
        time += 0.001
        packets.append(packet)
    wrpcap("%s/tunnel-%s.pcap" % (folder, name), packets, linktype=1)


def main(folder):
    for name, wrap in KINDS.items():
        write(folder, name, [wrap(s, f) for s, f in conversation()])
    write(folder, "6-in-4", [outer(s, f.payload) for s, f in conversation(6)])
    # Two networks use the same tuple at the same time.
    both = zip(conversation(), conversation(salt=100))
    write(folder, "two-vnis", [outer(s, vxlan(f, vni)) for pair in both for vni, (s, f) in zip((1, 2), pair)])
    # The reader cannot open fragments of the outer packet, PPP, and nine layers.
    cut = [p for s, f in conversation() for p in fragment(outer(s, vxlan(f, 77)), fragsize=800)]
    write(folder, "fragments", cut)
    write(folder, "pptp", [outer(s, GRE(version=1, proto=0x880b, key_present=1, key=9) / Raw(b"\xff\x03\x00\x21") / f.payload)
                           for s, f in conversation()])
    def deep(s, f, layers):
        return f if layers == 0 else deep(s, outer(s, f.payload), layers - 1)
    write(folder, "eight-layers", [deep(s, f, 8) for s, f in conversation()])
    write(folder, "nine-layers", [deep(s, f, 9) for s, f in conversation()])
    # The snap length cuts off payload in the first file, and a part of the inner headers in the second.
    write(folder, "snap", [outer(s, vxlan(f, 77)) for s, f in conversation()], 150)
    write(folder, "snap-in-header", [outer(s, vxlan(f, 77)) for s, f in conversation()], 60)


main(sys.argv[1])
