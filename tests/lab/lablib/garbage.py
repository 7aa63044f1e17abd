"""What a local process without rights does to a socket. Functions for `node.call` and `node.spawn`."""

import contextlib
import json
import os
import random
import signal
import socket

NOBODY = 65534
CONNECTIONS = 300


def become_nobody(*groups):
    os.setgroups(groups)
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def try_connect(path, kind):
    """How far a stranger gets: "connected" or the name of the error."""
    become_nobody()
    with socket.socket(socket.AF_UNIX, kind) as stranger:
        try:
            stranger.connect(path)
        except OSError as error:
            return type(error).__name__
    return "connected"


def ask(path, group, verb="status", timeout=30):
    """What a member of the group is answered; an empty text: nothing."""
    become_nobody(group)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as member:
        member.settimeout(timeout)
        member.connect(path)
        with contextlib.suppress(OSError):
            member.sendall(json.dumps({"verb": verb}).encode() + b"\n")
            return member.makefile().readline()
    return ""


def lines(chance):
    """What no client should say, each for a connection of its own."""
    return [
        bytes(chance.randrange(256) for _ in range(4096)),
        b"\0" * 4096 + b"\n",
        b'{"verb": "sta',
        b"x" * (1 << 20),
        b"[" * 100_000 + b"\n",
        b'{"verb": "down"}\n{"verb": "apply"}\n',
        b'{"verb": "sessions"}\n' * 20_000,
        b"\n" * 100_000,
    ]


def besiege(path, group, ready):
    """All of it at once and again, in connections that stay open and are never read from; for ever."""
    become_nobody(group)
    chance, held = random.Random(1701), []
    said = lines(chance)
    for number in range(CONNECTIONS):
        held.append(_say(path, said[number % len(said)]))
    os.write(ready, b"r")
    while True:
        number = chance.randrange(CONNECTIONS)
        held[number].close()
        held[number] = _say(path, chance.choice(said))


def _say(path, what):
    one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with contextlib.suppress(OSError):
        one.connect(path)  # however long the queue is
        one.settimeout(0.2)
        one.sendall(what)
    return one


def pester(path, messages=500):
    """Messages that no plugin sends, from root: whole ones, halves, empty and huge ones."""
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    chance, sent = random.Random(1702), 0
    for _ in range(messages):
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as one, contextlib.suppress(OSError):
            one.connect(path)
            one.settimeout(5)
            one.sendall(b"type=admit\0" * chance.randrange(3) + os.urandom(chance.choice((0, 1, 200, 60_000))))
            sent += 1
    return sent
