"""TCP of one client while so many sessions each have a group, and rules, of their own.

    client, and the others that are real ─ internet ─ gateway ─ server
"""

import os
import signal
import statistics

from bench_stream import serve
from bench_table import Table, publish, ratio
from bench_throughput import MTU, speeds
from lablib.checks import note
from lablib.client import Client, connect_all
from lablib.gateway import Gateway, policy
from lablib.topology import LAN, Topology

COUNTS = (0, 1, 10, 100)
REAL = int(os.environ.get("LAB_REAL", "10"))  # sessions that clients hold; of the rest nftables has all that it would have
RUNS = 3
GOAL = 0.97
REMARK = f"""
{REAL} sessions are there from the beginning, those without rules of their own in the group "default", which may go anywhere.
Of any beyond them the kernel has the rules and the addresses, but no clients. l2tpgwd, which would take these out again, and
reads the ruleset back after each change, stands still meanwhile.
"""


def with_rules(count):
    """A group for each of so many users; where the server is stands last in its list."""
    users = [(f"user{number}", "wonderland") for number in range(max(COUNTS))]
    whole = policy(users, ppp={"mtu": MTU, "mru": MTU}, addresses={"pool": "10.99.0.0/23"}, groups={
        f"group{number}": {"allow": [{"to": "10.2.3.4", "proto": "tcp", "ports": [443]}, f"10.1.{number}.0/24", LAN]}
        for number in range(count)})
    for number, user in enumerate(whole["users"][:count]):
        user["group"] = f"group{number}"
    return whole


def only_in_nftables(count):
    """Elements of the maps for sessions that are not there, at the far end of the pool."""
    return [f"element inet l2tpgw acl_{way} {{ 10.99.1.{number} : goto {way}_group{number} }}"
            for number in range(REAL, count) for way in ("to", "from")]


def measured(gateway, client, count):
    gateway.write_policy(with_rules(count))
    gateway.cli("apply")
    elements = only_in_nftables(count)
    gateway.kill("l2tpgwd", signal.SIGSTOP)
    gateway.node.nft("".join(f"add {line}\n" for line in elements))
    found = [speeds(client) for _ in range(RUNS)]
    gateway.node.nft("".join(f"delete {line}\n" for line in elements))
    gateway.kill("l2tpgwd", signal.SIGCONT)
    return tuple(map(statistics.median, zip(*found)))


def groups():
    net = Topology(direct=REAL)
    gateway = Gateway(net.gw)
    gateway.write_policy(with_rules(0))
    gateway.up()
    net.srv.spawn(serve)
    clients = [Client(node, f"user{number}", mtu=MTU, routes="lan", echo_interval=0, echo_failures=0)
               for number, node in enumerate(net.clients())]
    failed = connect_all(clients, timeout=900)
    if failed:
        raise RuntimeError(f"not all are in: {failed}")
    gateway.wait_sessions(REAL, timeout=600)
    found = {count: measured(gateway, clients[0], count) for count in COUNTS}
    table = Table(f"TCP of one client of {REAL}, mtu {MTU}, instructions counted, Mbit/s, median of {RUNS} (goal: ratio to one list ≥ {GOAL})",
                  ("sessions with lists of their own", "up", "ratio", "down", "ratio"))
    for count, (up, down) in found.items():
        note(f"{count} lists: up {up:.1f}, down {down:.1f}")
        table.add(count, up, ratio(up, found[1][0]), down, ratio(down, found[1][1]))
    publish("groups", table, REMARK)
