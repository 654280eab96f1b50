"""Peers for what ordinary programs seldom do: half-closes and resets in mid-stream."""
import socket
import struct
import sys
import threading
import time

TEXT = b"".join(b"line %06d of a stream that somebody cuts\n" % i for i in range(4000))


def read_all(conn):
    data = b""
    while True:
        piece = conn.recv(65536)
        if not piece:
            return data
        data += piece


def serve(port, handle):
    listener = socket.create_server(("", port))
    while True:
        conn, _ = listener.accept()
        threading.Thread(target=handle, args=(conn,), daemon=True).start()


def reset(conn):
    """A close that sends a reset: linger for zero seconds."""
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    conn.close()


def half_close_serve(conn):
    """First byte says who half-closes: 'c' the client, 's' the server."""
    if conn.recv(1) == b"c":
        data = read_all(conn)
        for at in range(0, len(data), 4000):
            conn.sendall(data[at:at + 4000].upper())
            time.sleep(0.01)
    else:
        conn.sendall(TEXT[:20000])
        conn.shutdown(socket.SHUT_WR)
        read_all(conn)
    conn.close()


def half_close_client(host):
    for who in (b"c", b"s", b"c", b"s"):
        with socket.create_connection((host, 7000)) as conn:
            conn.sendall(who)
            if who == b"c":
                conn.sendall(TEXT[:15000])
                conn.shutdown(socket.SHUT_WR)
                read_all(conn)
            else:
                read_all(conn)
                for at in range(0, 12000, 3000):
                    conn.sendall(TEXT[at:at + 3000])
                    time.sleep(0.01)


def reset_serve(conn):
    """First byte says who resets: 'c' the client, 's' the server."""
    try:
        if conn.recv(1) == b"s":
            conn.recv(10000)
            conn.sendall(TEXT[:30000])
            time.sleep(0.05)
            reset(conn)
        else:
            for at in range(0, len(TEXT), 4000):
                conn.sendall(TEXT[at:at + 4000])
                time.sleep(0.005)
            conn.close()
    except (ConnectionResetError, BrokenPipeError):
        conn.close()


def reset_client(host):
    for who in (b"c", b"s", b"c", b"s"):
        conn = socket.create_connection((host, 7001))
        conn.sendall(who)
        if who == b"c":
            got = 0
            while got < 40000:
                got += len(conn.recv(4096))
            reset(conn)
        else:
            try:
                conn.sendall(TEXT[:5000])
                read_all(conn)
            except ConnectionResetError:
                pass
            conn.close()
        time.sleep(0.05)


if __name__ == "__main__":
    role = sys.argv[1]
    if role == "half-close-server":
        serve(7000, half_close_serve)
    elif role == "half-close-client":
        half_close_client(sys.argv[2])
    elif role == "reset-server":
        serve(7001, reset_serve)
    elif role == "reset-client":
        reset_client(sys.argv[2])
    else:
        sys.exit("peers.py: role half-close-server, half-close-client, reset-server or reset-client")
