"""What it costs a login that a RADIUS server is asked: one user of the policy and one of FreeRADIUS, who dial in turns."""

import statistics

from bench_setup import GROUP, MILLISECONDS, STAGES, TAP, stages
from bench_table import Table, publish, ratio
from lablib.capture import Capture
from lablib.checks import note
from lablib.client import Client, connect_all
from lablib.gateway import Gateway, policy
from lablib.node import destroy_all
from lablib.radius import SECRET, Radius
from lablib.topology import SERVER, Topology

DIALS = 10  # of each
PASSWORD = "wonderland"
REMARK = """
CHAP is where they differ: l2tpgwd asks the server, across the gateway's LAN, before it answers. Accounting begins when
the session is up and keeps nobody waiting.
"""


def begun(net):
    server = Radius(net.srv, f'remote Cleartext-Password := "{PASSWORD}"\n').start()
    gateway = Gateway(net.gw)
    gateway.write_policy(policy([("local", PASSWORD)], radius={
        "nas_address": "10.77.0.1",
        "servers": [{"address": SERVER, "auth_port": server.auth, "acct_port": server.acct, "secret": SECRET}]}))
    gateway.up()
    return gateway


def dial_in_turns(clients):
    failed = connect_all(clients)
    if failed:
        raise RuntimeError(str(failed))
    for _ in range(DIALS - 1):
        for client in clients:
            client.hangup().secure().dial().wait_up()


def radius():
    net = Topology(direct=2)
    gateway = begun(net)
    clients = [Client(node, user, PASSWORD, charon=MILLISECONDS) for node, user in zip(net.clients(), ("local", "remote"))]
    taps = []
    for client in clients:
        client.node.nft(TAP)
        taps.append(Capture(client.node, f"nflog:{GROUP}").__enter__())
    dial_in_turns(clients)
    asked = {one["user"]: one["source"] for one in gateway.sessions()}
    if asked != {"local": "local", "remote": "radius"}:
        raise RuntimeError(f"who was asked: {asked}")
    for tap in taps:
        tap.__exit__()
    found = [stages(client, tap.path) for client, tap in zip(clients, taps)]
    note(f"{[len(one) for one in found]} of {DIALS} dials measured")
    destroy_all()
    publish("radius", table(*found), REMARK)


def table(local, remote):
    made = Table(f"A login by RADIUS and one by the policy, in turns, median of {len(remote)} and {len(local)} dials, ms",
                 ("stage", "policy", "RADIUS", "ratio"))
    rows = [[statistics.median(column) * 1000 for column in zip(*found)] for found in (local, remote)]
    totals = [statistics.median(map(sum, found)) * 1000 for found in (local, remote)]
    for name, before, after in zip((*STAGES, "all of them"), rows[0] + totals[:1], rows[1] + totals[1:]):
        made.add(name, before, after, ratio(after, before))
    return made
