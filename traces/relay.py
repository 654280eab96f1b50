"""Forwards frames between two interfaces and, seeded, loses, doubles and delays some TCP frames."""
import argparse
import heapq
import random
import select
import socket
import struct
import time


def open_port(name):
    port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0003))
    port.bind((name, 0))
    return port


def is_tcp(frame):
    kind = struct.unpack_from("!H", frame, 12)[0]
    return (kind == 0x0800 and frame[23] == 6) or (kind == 0x86DD and frame[20] == 6)


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--seed", type=int, default=1)
    args.add_argument("ports", nargs=2)
    args = args.parse_args()
    rng = random.Random(args.seed)
    left, right = (open_port(name) for name in args.ports)
    other = {left: right, right: left}
    waiting = []  # (time, number, port, frame)
    number = 0
    while True:
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, _, port, frame = heapq.heappop(waiting)
            port.send(frame)
        timeout = max(0.0, waiting[0][0] - now) if waiting else None
        for port in select.select([left, right], [], [], timeout)[0]:
            frame, address = port.recvfrom(65536)
            if address[2] == socket.PACKET_OUTGOING:
                continue
            copies, delay = 1, 0.0
            if is_tcp(frame):
                dice = rng.random()
                if dice < 0.015:
                    copies = 0
                elif dice < 0.03:
                    copies = 2
                elif dice < 0.06:
                    delay = rng.uniform(0.0005, 0.003)
            for _ in range(copies):
                number += 1
                heapq.heappush(waiting, (time.monotonic() + delay, number, other[port], frame))


if __name__ == "__main__":
    main()
