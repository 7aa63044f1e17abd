"""How much gets through something that limits it, when more than that is offered all the time."""

import os
import socket
import statistics
import time

from .checks import check, note, wait_until
from .topology import SERVER

PORT = 7200
MTU, HEADERS = 1400, 28  # of IP packets, and IP's and UDP's of it
ETHERNET = 14
OFFERED = 3  # times the rate
LATE = 0.06  # seconds that a CPU may be late: a token bucket of 50 ms or a few packets makes up for that
STEP = 0.01
# What an emulated CPU can do with ease; with --icount it can do 20 times as much.
SCALE = int(os.environ.get("LAB_RATE_SCALE", "1"))
SECONDS, PATIENCE = 6, 90  # that must count, and that it may take to find them


def _send(host, rate):
    """That many bits a second, in full packets, for ever; not more than a few at once."""
    payload, due, last = bytes(MTU - HEADERS), 0.0, time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        while True:
            time.sleep(STEP)
            now = time.monotonic()
            due, last = min(due + (now - last) * rate / 8 / MTU, 64), now
            while due >= 1:
                sender.sendto(payload, (host, PORT))
                due -= 1


def _swallow():
    """Nobody shall be told that the port is closed."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("0.0.0.0", PORT))
        while True:
            receiver.recv(MTU)


def _watch(cpu, seconds):
    """When that CPU was away: [(from, to)]."""
    os.sched_setaffinity(0, {cpu})
    away, end, last = [], time.monotonic() + seconds, time.monotonic()
    while last < end:
        time.sleep(STEP)
        now = time.monotonic()
        if now - last > LATE:
            away.append((last, now))
        last = now
    return away


def _seconds(counter, node):
    """Bits a second in each of some seconds in which all CPUs were there."""
    watched = [node.spawn(_watch, cpu, SECONDS + 2) for cpu in range(os.cpu_count())]
    marks = []
    for _ in range(SECONDS + 1):
        marks.append((time.monotonic(), counter()))
        time.sleep(1)
    away = [gap for task in watched for gap in task.result()]
    return [8 * (after[1] - before[1]) / (after[0] - before[0]) for before, after in zip(marks, marks[1:])
            if not any(gap[0] < after[0] and gap[1] > before[0] for gap in away)]


def through(sender, receiver, host, rate, counter):
    """The median of the bits a second that `counter` (bytes of IP packets, as a function) counts while `sender` offers
    `host`, an address of `receiver`, several times the rate; and all of the seconds. Those in which the machine that
    this VM runs on gave it no CPU do not count: what was not sent then nothing makes up for."""
    tasks = [receiver.spawn(_swallow), sender.spawn(_send, host, OFFERED * rate)]
    try:
        first = counter()
        wait_until(lambda: counter() > first + 20 * MTU, 60, "the flood gets through")
        found, end = [], time.monotonic() + PATIENCE
        while len(found) < SECONDS and time.monotonic() < end:
            found += _seconds(counter, sender)
    finally:
        for task in tasks:
            task.kill()
    return statistics.median(found) if len(found) >= SECONDS else None, found


def received(node, interface):
    """Bytes of IP packets, if all are as large as those above."""
    return node.counters(interface)[0] * (MTU / (MTU + ETHERNET) if interface.startswith("eth") else 1)


def rate_holds(what, server, client, rate, up):
    """Between a client and SERVER, which is the node `server`."""
    what = f"{what}, {'up' if up else 'down'}"
    if up:
        middle, seen = through(client.node, server, SERVER, rate, lambda: received(server, "eth0"))
    else:
        middle, seen = through(server, client.node, client.address(), rate, lambda: received(client.node, client.ifname()))
    note(f"{what}: {rate // 1000} kbit/s, in seconds " + ", ".join(f"{one / rate:.1%}" for one in seen))
    check(f"{what}: within 10 % of {rate // 1000} kbit/s", middle and 0.9 <= middle / rate <= 1.1, seen)


def rates_hold(what, server, client, down, up):
    rate_holds(what, server, client, down, False)
    rate_holds(what, server, client, up, True)
