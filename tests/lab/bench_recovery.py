"""From SIGKILL of a part until the next session works, against a dial with nothing killed."""

import time

from bench_table import Table, publish, ratio
from lablib.checks import note
from lablib.client import Client
from lablib.gateway import Gateway, policy
from lablib.topology import SERVER, Topology
from lablib.vici import ViciError

PARTS = ("l2tpgwd", "xl2tpd", "charon-systemd")
PATIENCE = 180  # seconds
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


def killed(gateway, client, part):
    gateway.wait_state()
    if not gateway.kill(part):
        raise RuntimeError(f"there is no {part} to kill")
    if part == "l2tpgwd":
        gateway.daemon()
    seconds = dial(client)
    note(f"{part}: {seconds:.1f} s")
    client.hangup()
    return seconds


def recovery():
    net = Topology(direct=1)
    gateway = Gateway(net.gw)
    gateway.write_policy(policy())
    gateway.up()
    gateway.wait_state()
    client = Client(net.c0).start()
    usual = min(dial(client.hangup() if again else client) for again in (False, True))
    client.hangup()
    table = Table("From SIGKILL until a new session works", ("killed", "s (emulated)", "over a usual dial"))
    table.add("nothing", usual, ratio(usual, usual))
    for part in PARTS:
        seconds = killed(gateway, client, part)
        table.add(part, seconds, ratio(seconds, usual))
    publish("recovery", table, REMARK)
