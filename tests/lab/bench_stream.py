"""Bulk TCP with few instructions outside the kernel. `serve` runs as a Task in a node; clients run `speed`."""

import os
import signal
import socket
import struct
import time

PORT = 7100
BLOCK = bytes(256 * 1024)
ORDER = struct.Struct(">?QQ")  # up?, bytes that warm up, bytes that count
ANSWER = struct.Struct(">d")


def _send(connection, size):
    while size > 0:
        size -= connection.send(BLOCK[:size] if size < len(BLOCK) else BLOCK)


def _receive(connection, warm, size):
    """Seconds that the last `size` bytes took."""
    buffer, started = bytearray(len(BLOCK)), 0
    count = 0
    while count < warm + size:
        part = connection.recv_into(buffer)
        if not part:
            raise ConnectionError(f"ended after {count} bytes")
        count += part
        if not started and count >= warm:
            started, warm, size = time.monotonic(), count, warm + size - count
    return (time.monotonic() - started) / size


def _exactly(connection, size):
    return connection.recv(size, socket.MSG_WAITALL)


def serve(port=PORT):
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.create_server(("0.0.0.0", port), backlog=16)
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            up, warm, size = ORDER.unpack(_exactly(connection, ORDER.size))
            if up:
                connection.sendall(ANSWER.pack(_receive(connection, warm, size)))
            else:
                _send(connection, warm + size)
            os._exit(0)
        connection.close()


def speed(host, up, warm, size, port=PORT):
    """Mbit/s, as the receiver sees it."""
    with socket.create_connection((host, port), timeout=600) as connection:
        connection.sendall(ORDER.pack(up, warm, size))
        if up:
            _send(connection, warm + size)
            seconds = ANSWER.unpack(_exactly(connection, ANSWER.size))[0]
        else:
            seconds = _receive(connection, warm, size)
    return 8e-6 / seconds
