"""What the gateway's processes take, without and with sessions."""

from bench_table import Table, publish
from lablib.checks import wait_until
from lablib.client import Client, connect_all
from lablib.gateway import Gateway, policy
from lablib.kernel import memory as pss
from lablib.topology import Topology

SESSIONS = 50
PARTS = ("l2tpgwd", "charon-systemd", "xl2tpd", "pppd")
MIB = 1 << 20
REMARK = """
PSS of the processes on the gateway, MiB. The clients' daemons run in the same VM and share the pages of the programs'
files with the gateway's, so on a machine of its own each part takes a little more. Kernel memory is not in it.
"""


def taken(gateway):
    return {part: sum(map(pss, gateway.pids(part))) for part in PARTS}


def memory():
    net = Topology(direct=SESSIONS)
    users = tuple((f"user{number}", "wonderland") for number in range(SESSIONS))
    gateway = Gateway(net.gw)
    gateway.write_policy(policy(users))
    gateway.up()
    gateway.wait_state()
    before = taken(gateway)
    clients = [Client(node, user) for node, (user, _) in zip(net.clients(), users)]
    failed = connect_all(clients, timeout=600)
    if failed:
        raise RuntimeError(f"not all are in: {failed}")
    gateway.wait_sessions(SESSIONS, timeout=300)
    wait_until(lambda: len(gateway.pids("pppd")) == SESSIONS, 60, "a pppd for each")
    after = taken(gateway)
    table = Table(f"Memory with 0 and {SESSIONS} sessions", ("part", "0", str(SESSIONS), "a session, KiB"))
    for name, old, new in [*((part, before[part], after[part]) for part in PARTS),
                           ("all", sum(before.values()), sum(after.values()))]:
        table.add(name, old / MIB, new / MIB, (new - old) / SESSIONS / 1024)
    publish("memory", table, REMARK)
