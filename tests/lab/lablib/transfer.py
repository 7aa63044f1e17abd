"""TCP transfers with checksums. The sink runs as a Task in a node; clients run `transfer` in theirs."""

import hashlib
import json
import socket
import time

PORT = 7000
BLOCK = bytes(range(256)) * 256


def _send(connection, size):
    while size > 0:
        part = BLOCK[:size]
        connection.sendall(part)
        size -= len(part)


def _receive(connection, size):
    digest, left = hashlib.sha256(), size
    while left > 0:
        part = connection.recv(min(left, 65536))
        if not part:
            break
        digest.update(part)
        left -= len(part)
    return size - left, digest.hexdigest()


def _expected(size):
    digest = hashlib.sha256()
    while size > 0:
        digest.update(BLOCK[:size])
        size -= len(BLOCK)
    return digest.hexdigest()


def _line(connection):
    data = b""
    while not data.endswith(b"\n"):
        part = connection.recv(1)
        if not part:
            break
        data += part
    return json.loads(data or b"{}")


def serve(address="0.0.0.0", port=PORT):
    """Answers transfers, one process for each connection, until it is killed."""
    import os
    import signal

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.create_server((address, port), backlog=64)
    while True:
        connection, peer = listener.accept()
        if os.fork() == 0:
            listener.close()
            connection.settimeout(120)
            wish = _line(connection)
            count, digest = _receive(connection, wish["up"])
            answer = {"count": count, "sha": digest, "peer": peer[0]}
            connection.sendall(json.dumps(answer).encode() + b"\n")
            _send(connection, wish["down"])
            connection.close()
            os._exit(0)
        connection.close()


def transfer(host, up, down, port=PORT):
    """Returns {"ok", "peer" (who the other side thinks we are), "up_seconds", "down_seconds", "mss"}."""
    with socket.create_connection((host, port), timeout=60) as connection:
        connection.sendall(json.dumps({"up": up, "down": down}).encode() + b"\n")
        started = time.monotonic()
        _send(connection, up)
        answer = _line(connection)
        half = time.monotonic()
        count, digest = _receive(connection, down)
        finished = time.monotonic()
        mss = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)
    ok = (answer["count"], answer["sha"], count, digest) == (up, _expected(up), down, _expected(down))
    return {"ok": ok, "peer": answer["peer"], "up_seconds": half - started, "down_seconds": finished - half, "mss": mss}
