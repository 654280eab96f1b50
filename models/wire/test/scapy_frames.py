#!/usr/bin/python3
# Makes random frames with scapy, which is independent of this project, for test_scapy.c. Each line describes one frame
# by words with blanks between them. The last two words are the frame in hex and its check sequence in the order of
# transmission, which this script computes bit by bit.
# usage: scapy_frames.py SEED COUNT
import logging
import random
import sys

logging.getLogger("scapy").setLevel(logging.ERROR)
from scapy.contrib.lacp import LACP, MarkerProtocol  # noqa: E402
from scapy.contrib.mac_control import (  # noqa: E402
    MACControlClassBasedFlowControl,
    MACControlPause,
)
from scapy.contrib.slowprot import SlowProtocol  # noqa: E402
from scapy.layers.inet import ICMP, IP, TCP, IPOption_NOP, IPOption_Router_Alert  # noqa: E402
from scapy.layers.inet6 import (  # noqa: E402
    ICMPv6EchoReply,
    ICMPv6ND_NA,
    ICMPv6NDOptDstLLAddr,
    IPv6,
    IPv6ExtHdrDestOpt,
    IPv6ExtHdrHopByHop,
)
from scapy.layers.l2 import ARP, Dot1AD, Dot1Q, Ether  # noqa: E402

rng = random.Random(int(sys.argv[1]))
U16, U32 = 0xFFFF, 0xFFFFFFFF


def mac():
    return ":".join("%02x" % b for b in [2] + [rng.randrange(256) for _ in range(5)])


def ipv4():
    return "%d.%d.%d.%d" % (rng.randrange(1, 224), rng.randrange(256), rng.randrange(256), rng.randrange(1, 255))


def ipv6():
    words = [0x2001] + [rng.choice([0, rng.randrange(U16 + 1)]) for _ in range(7)]
    return ":".join("%x" % w for w in words)


def fcs(frame):
    """IEEE 802.3: bit by bit, least bit first; sent least byte first."""
    crc = U32
    for byte in frame:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xEDB88320 if crc & 1 else 0)
    return (crc ^ U32).to_bytes(4, "little")


def emit(words, frame):
    data = bytes(frame)
    print(*words, data.hex(), fcs(data).hex())


def ether(vlan):
    head = Ether(src=mac(), dst=mac())
    return head / Dot1Q(vlan=vlan) if vlan else head


def some_vlan():
    return rng.choice([0, 0, rng.randrange(1, 4095)])


def ours(kind, mss, scale, sack_ok, stamps, sacks):
    """Options in the order in which models/tcp sends them."""
    two = [("NOP", None), ("NOP", None)]
    stamp = two + [("Timestamp", stamps)] if stamps else []
    if kind == "syn":
        return (
            ([("MSS", mss)] if mss else [])
            + (two + [("SAckOK", b"")] if sack_ok else [])
            + stamp
            + ([("NOP", None), ("WScale", scale)] if scale is not None else [])
        )
    return stamp + (two + [("SAck", sum(sacks, ()))] if sacks else [])


def strange(mss, scale, sack_ok, stamps, sacks):
    """The same facts in any order, among options that nobody knows."""
    found = [("NOP", None), (253, bytes(rng.randrange(3)))]
    found += [("MSS", mss)] if mss else []
    found += [("WScale", scale)] if scale is not None else []
    found += [("SAckOK", b"")] if sack_ok else []
    found += [("Timestamp", stamps)] if stamps else []
    found += [("SAck", sum(sacks, ()))] if sacks else []
    rng.shuffle(found)
    return found


def network(version, plain, src, dst, tos, ttl, ident):
    if version == 4:
        options = [] if plain else [IPOption_NOP(), IPOption_Router_Alert()][: rng.randrange(3)]
        return IP(src=src, dst=dst, tos=tos, ttl=ttl, id=ident, flags="DF", options=options)
    head = IPv6(src=src, dst=dst, tc=tos, hlim=ttl, fl=0 if plain else rng.randrange(1 << 20))
    if not plain:
        head = head / rng.choice([IPv6ExtHdrHopByHop(), IPv6ExtHdrDestOpt()])
    return head


def tcp(plain):
    """Words: tcp, or odd for what we read but never build."""
    version, vlan = rng.choice([4, 6]), some_vlan()
    address = ipv4 if version == 4 else ipv6
    src, dst, tos, ttl, ident = address(), address(), rng.randrange(256), rng.randrange(1, 256), rng.randrange(U16 + 1)
    sport, dport, window, urgent = [rng.randrange(1, U16 + 1) for _ in range(4)]
    seq, ack, tsval, tsecr = [rng.randrange(U32 + 1) for _ in range(4)]
    kind = rng.choice(["syn", "ack"])
    flags = rng.randrange(256) | (2 if kind == "syn" else 16)
    mss = rng.choice([0, rng.randrange(1, U16 + 1)]) if kind == "syn" else 0
    scale = rng.choice([None, rng.randrange(15)]) if kind == "syn" else None
    sack_ok = kind == "syn" and rng.random() < 0.5
    stamps = rng.choice([None, (tsval, tsecr if flags & 16 else 0)])
    room = (3 if stamps else 4) if plain else 1 if kind == "syn" else 2
    sacks = [(rng.randrange(U32), rng.randrange(U32)) for _ in range(rng.randrange(room + 1) if kind == "ack" else 0)]
    facts = (mss, scale, sack_ok, stamps, sacks)
    options = ours(kind, *facts) if plain else strange(*facts)
    payload = bytes(rng.randrange(256) for _ in range(rng.choice([0, 1, 5, 64, 1000, 1400])))
    head = ether(vlan)
    if not plain and vlan and rng.random() < 0.5:
        head = Ether(src=head.src, dst=head.dst) / Dot1AD(vlan=rng.randrange(1, 4095)) / Dot1Q(vlan=vlan)
    segment = TCP(
        sport=sport, dport=dport, seq=seq, ack=ack, flags=flags, window=window, urgptr=urgent, options=options
    )
    sack_words = [str(len(sacks))] + [str(edge) for block in sacks for edge in block]
    words = ["tcp" if plain else "odd", vlan, version, head.src, head.dst, src, dst, tos, ttl, ident, sport, dport]
    words += [seq, ack, flags, window, urgent, kind, mss, -1 if scale is None else scale, int(sack_ok)]
    words += [int(stamps is not None), *(stamps or (0, 0)), *sack_words, len(payload)]
    emit(words, head / network(version, plain, src, dst, tos, ttl, ident) / segment / payload)


def arp():
    vlan, op = some_vlan(), rng.choice([1, 2])
    head = ether(vlan)
    sender, target, theirs = ipv4(), ipv4(), mac()
    frame = head / ARP(op=op, hwsrc=head.src, psrc=sender, hwdst=theirs, pdst=target)
    emit(["arp", vlan, head.dst, head.src, sender, theirs, target, op], frame)


def echo():
    version, vlan, rest = rng.choice([4, 6]), some_vlan(), rng.randrange(U32 + 1)
    address = ipv4 if version == 4 else ipv6
    src, dst, ttl, ident = address(), address(), rng.randrange(1, 256), rng.randrange(U16 + 1)
    body = bytes(rng.randrange(256) for _ in range(rng.randrange(200)))
    head, ip = ether(vlan), network(version, True, src, dst, 0, ttl, ident)
    reply = ICMP(type=0, id=rest >> 16, seq=rest & U16) if version == 4 else ICMPv6EchoReply(id=rest >> 16, seq=rest & U16)
    emit(["echo", vlan, version, head.src, head.dst, src, dst, 0, ttl, ident, rest, len(body)], head / ip / reply / body)


def advertisement():
    vlan, solicited, src, dst, target, link = some_vlan(), rng.randrange(2), ipv6(), ipv6(), ipv6(), mac()
    head = ether(vlan)
    message = ICMPv6ND_NA(R=0, S=solicited, O=1, tgt=target) / ICMPv6NDOptDstLLAddr(lladdr=link)
    words = ["neighbour", vlan, 6, head.src, head.dst, src, dst, 0, 255, 0, target, link, solicited]
    emit(words, head / network(6, True, src, dst, 0, 255, 0) / message)


def pause():
    quanta, src = rng.choice([0, U16, rng.randrange(U16 + 1)]), mac()
    emit(["pause", src, quanta], Ether(src=src, dst="01:80:c2:00:00:01", type=0x8808) / MACControlPause(pause_time=quanta))


def priority_pause():
    src = mac()
    control = MACControlClassBasedFlowControl(c0_enabled=1, c7_enabled=1, c7_pause_time=rng.randrange(U16 + 1))
    emit(["pfc", src], Ether(src=src, dst="01:80:c2:00:00:01", type=0x8808) / control)


def port(who):
    values = {
        who + "_system_priority": rng.randrange(U16 + 1),
        who + "_system": mac(),
        who + "_key": rng.randrange(U16 + 1),
        who + "_port_priority": rng.randrange(U16 + 1),
        who + "_port_number": rng.randrange(U16 + 1),
        who + "_state": rng.randrange(256),
    }
    return values, list(values.values())


def lacp():
    src, delay = mac(), rng.randrange(U16 + 1)
    (actor, actor_words), (partner, partner_words) = port("actor"), port("partner")
    message = LACP(**actor, **partner, collector_max_delay=delay)
    frame = Ether(src=src, dst="01:80:c2:00:00:02", type=0x8809) / SlowProtocol(subtype=1) / message
    emit(["lacp", src, *actor_words, *partner_words, delay], frame)


def marker():
    src, kind, number, system, transaction = mac(), rng.choice([1, 2]), rng.randrange(U16 + 1), mac(), rng.randrange(U32 + 1)
    message = MarkerProtocol(
        marker_type=kind, requester_port=number, requester_system=system, requester_transaction_id=transaction
    )
    message.reserved = b""
    frame = Ether(src=src, dst="01:80:c2:00:00:02", type=0x8809) / SlowProtocol(subtype=2) / message
    emit(["marker", src, kind, number, system, transaction], frame)


kinds = [lambda: tcp(True)] * 8 + [lambda: tcp(False)] * 5
kinds += [arp, echo, advertisement, pause, priority_pause, lacp, marker]
for i in range(int(sys.argv[2])):
    kinds[i % len(kinds)]()
