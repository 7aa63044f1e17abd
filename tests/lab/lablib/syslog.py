"""What the parts say to syslog (pppd says only there why it refused somebody), kept in LAB_OUT/syslog.log."""

import os
import pathlib
import socket
import threading
import time

from .checks import OUT

DEVICE = pathlib.Path("/dev/log")
LONGEST = 8192


def listen():
    """Where no syslog daemon runs: takes its place until this process ends."""
    if os.path.lexists(DEVICE):  # also the link of a journal that is in another tree
        return
    received = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    received.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    received.bind(str(DEVICE))
    threading.Thread(target=_write, args=(received, time.monotonic()), daemon=True).start()


def _write(received, began):
    with open(OUT / "syslog.log", "w", buffering=1, encoding="utf-8") as log:
        while True:
            text = received.recv(LONGEST).decode(errors="replace").rstrip("\0\n")
            log.write(f"{time.monotonic() - began:8.1f} {text}\n")
