"""From SIGKILL of a part until the next session works, against a dial with nothing killed."""

import statistics
import time

from bench_table import Table, publish, ratio
from lablib.checks import note
from lablib.client import Client
from lablib.gateway import Gateway, policy
from lablib.topology import SERVER, Topology
from lablib.vici import ViciError

PARTS = ("l2tpgwd", "xl2tpd", "charon-systemd")
PATIENCE = 180  # seconds
DIALS = 3
REMARK = """
Time until a client that dials from the moment of the kill on has its address and an answer to a ping, over that of the
same dial with nothing killed. l2tpgwd is started again at once, as systemd does. A client whose packet met a dead or
starting charon waits for its own retransmission, which is 4 s in strongSwan and 1 s in Windows.
"""


def dial(client):
    """Seconds until a new session works."""
    started = time.monotonic()
    while True:
        try:
            client.secure().dial().wait_up(PATIENCE)
            break
        except ViciError:
            if time.monotonic() - started > PATIENCE:
                raise
    if not client.ping(SERVER, count=1):
        raise RuntimeError("the session is up but does not work")
    return time.monotonic() - started


def after_kill(gateway, client, part=None):
    """Seconds from the kill of a part (None: of nothing) until a new session works."""
    gateway.wait_state()
    if part and not gateway.kill(part):
        raise RuntimeError(f"there is no {part} to kill")
    if part == "l2tpgwd":
        gateway.daemon()
    seconds = dial(client)
    note(f"{part or 'nothing'}: {seconds:.1f} s")
    client.hangup()
    gateway.wait_sessions(0)
    return seconds


def recovery():
    net = Topology(direct=1)
    gateway = Gateway(net.gw)
    gateway.write_policy(policy())
    gateway.up()
    client = Client(net.c0).start()
    after_kill(gateway, client)  # which loads what later dials find in memory
    # In turns: what is killed again within ten seconds is started again later.
    rounds = [[after_kill(gateway, client, part) for part in (None, *PARTS)] for _ in range(DIALS)]
    found = dict(zip((None, *PARTS), map(statistics.median, zip(*rounds))))
    table = Table(f"From SIGKILL until a new session works, median of {DIALS}",
                  ("killed", "s (emulated)", "over a usual dial"))
    for part, seconds in found.items():
        table.add(part or "nothing", seconds, ratio(seconds, found[None]))
    publish("recovery", table, REMARK)
